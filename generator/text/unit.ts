import type { FilePlan, UnitPlan, View } from '../model/plan.ts';

/** A systemd unit as a file of the generation; `template` is a path below units/. */
export function unitFile(name: string, template: string, view: View): FilePlan {
  return {
    path: `units/${name}`,
    mode: 0o644,
    group: 'root',
    source: { kind: 'template', template, view },
  };
}

/** The plan of that unit. By default it is started, and restarted only when its own text or image changes. */
export function unitPlan(name: string, more: Partial<UnitPlan> = {}): UnitPlan {
  return {
    name,
    file: `units/${name}`,
    restartOn: [],
    reloadOn: [],
    after: [],
    activation: 'start',
    ...more,
  };
}

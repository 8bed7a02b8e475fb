import type { FilePlan, FileSource, HostPlan, LogLabels, UnitPlan, UserPlan } from '../model/plan.ts';
import { AGENT_SCRIPT } from '../text/agent-script.ts';
import { octal } from '../text/mode.ts';
import { unitPlan } from '../text/unit.ts';

/** Files of every host, independent of its modules: users, run-time directories, labels, the target, the agent. */
export function systemFiles({ users, directories, units }: Needs, labels: LogLabels): FilePlan[] {
  const started = units.filter((unit) => unit.activation !== 'none').map((unit) => unit.name);
  const runtime = directories.filter((directory) => directory.path.startsWith('/run/'));
  const tmpfiles = runtime.map(
    ({ path, mode, owner, group }) => `d ${path} ${octal(mode)} ${owner} ${group} -`,
  );
  return [
    file(
      'etc/sysusers.d/pigsty.conf',
      0o644,
      { kind: 'text', lines: users.flatMap(sysusersLines) },
      '/etc/sysusers.d/pigsty.conf',
    ),
    file(
      'etc/tmpfiles.d/pigsty.conf',
      0o644,
      { kind: 'text', lines: tmpfiles },
      '/etc/tmpfiles.d/pigsty.conf',
    ),
    file('etc/journal/labels', 0o644, {
      kind: 'text',
      lines: Object.entries(labels).map(([key, value]) => `${key}=${value}`),
    }),
    file('units/pigsty.target', 0o644, template('agent/pigsty.target.ejs', started)),
    file('units/pigsty-boot.service', 0o644, template('agent/pigsty-boot.service', [])),
    file('bin/pigsty-agent', 0o755, template(AGENT_SCRIPT, []), '/usr/local/sbin/pigsty-agent'),
  ];
}

type Needs = Pick<HostPlan, 'users' | 'directories' | 'units'>;

/** The units in those files. The agent starts neither: the target is a group, the boot check runs at boot. */
export function systemUnits(): UnitPlan[] {
  return ['pigsty.target', 'pigsty-boot.service'].map((name) => unitPlan(name, { activation: 'none' }));
}

function file(path: string, mode: number, source: FileSource, link?: string): FilePlan {
  return { path, mode, group: 'root', source, ...(link !== undefined && { link }) };
}

function template(name: string, units: readonly string[]): FileSource {
  return { kind: 'template', template: name, view: { units } };
}

/** The same ids on every node (sysusers.d(5)). */
function sysusersLines({ name, uid, gid, home, shell, gecos, groups }: UserPlan): string[] {
  return [
    `g ${name} ${gid} -`,
    `u ${name} ${uid}:${gid} "${gecos}" ${home} ${shell}`,
    ...groups.map((group) => `m ${name} ${group}`),
  ];
}

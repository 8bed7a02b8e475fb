import type { FileSource, PlanData } from '../../../model/plan.ts';
import { evaluate, type Facts, toShell } from '../../../text/formula.ts';
import type { PgsqlSettings } from '../settings.ts';
import { declaredInStore } from './declared-settings.ts';
import { declaredFacts, MAX_WORKER_PROCESSES, tunedParameters } from './tuning.ts';

/** With declared facts the file has values; without them the same formulas run on the node. */
export function tuningSource(settings: PgsqlSettings): FileSource {
  const facts = declaredFacts(settings);
  return facts ? { kind: 'yaml', data: tuningConfig(settings, facts) } : measuredTuning(settings);
}

function tuningConfig(settings: PgsqlSettings, facts: Facts): PlanData {
  const values = tunedParameters(settings).map(({ name, formula, unit }): [string, PlanData] => {
    const value = evaluate(formula, facts);
    return [name, unit === '' ? value : `${value}${unit}`];
  });
  const workers = { max_worker_processes: evaluate(MAX_WORKER_PROCESSES, facts) };
  return {
    ...(!hasOwnWorkers(settings) && { bootstrap: { dcs: { postgresql: { parameters: workers } } } }),
    postgresql: { parameters: Object.fromEntries(values) },
  };
}

function measuredTuning(settings: PgsqlSettings): FileSource {
  const lines = tunedParameters(settings).map(({ name, formula, unit }) => ({
    name,
    formula: toShell(formula),
    unit,
  }));
  const workers = hasOwnWorkers(settings) ? '' : toShell(MAX_WORKER_PROCESSES);
  return { kind: 'measured', template: 'pgsql/tuning.sh.ejs', view: { workers, parameters: lines } };
}

function hasOwnWorkers(settings: PgsqlSettings): boolean {
  return declaredInStore(settings).max_worker_processes !== undefined;
}

/* Every verb of the command line: one file in dist/, loaded when a verb is called. */
export { runBuild } from './build.ts';
export { runCompletion } from './completion.ts';
export { runExplainHba } from './explain-hba.ts';
export { runExplainPlan } from './explain-plan.ts';
export { runExplainName } from './explain-setting.ts';
export { runExport } from './export.ts';
export { reportFailure } from './failure.ts';
export { runInit } from './init.ts';
export { runLock } from './lock.ts';
export { runReissue } from './reissue.ts';
export { runSchema } from './schema.ts';
export { runValidate } from './validate.ts';

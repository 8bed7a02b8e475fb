import { rule } from '../diagnostics/rule.ts';

export const bundleRules = {
  notBuilt: rule<{ directory: string }>('export/not-built', {
    severity: 'error',
    message: ({ directory }) => `there is no finished build in ${directory}`,
    help: () => 'run `pigsty build` first',
  }),
  noHost: rule<{ host: string; known: string }>('export/no-host', {
    severity: 'error',
    message: ({ host }) => `the build has no host ${host}`,
    help: ({ known }) => `it has: ${known}`,
  }),
  incomplete: rule<{ missing: string }>('bundle/incomplete', {
    severity: 'error',
    message: ({ missing }) => `the build is incomplete: ${missing} is missing`,
    help: () => 'run `pigsty build` again',
  }),
  wrongHash: rule<{ file: string }>('bundle/wrong-hash', {
    severity: 'error',
    message: ({ file }) => `${file} has changed since it was built: its sha256 is not its name`,
    help: () => 'delete this file and run `pigsty build` again',
  }),
};

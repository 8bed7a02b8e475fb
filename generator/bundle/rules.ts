import { rule } from '../diagnostics/rule.ts';

export const bundleRules = {
  notBuilt: rule<{ directory: string }>('export/not-built', {
    severity: 'error',
    message: ({ directory }) => `no complete build found in ${directory}`,
    help: () => 'run `pigsty build` first',
  }),
  stale: rule<{ directory: string }>('export/stale', {
    severity: 'error',
    message: ({ directory }) =>
      `the inventory, its files or the lock have changed since ${directory} was built`,
    help: () => 'run `pigsty build` again, then export',
  }),
  noHost: rule<{ host: string; known: string }>('export/no-host', {
    severity: 'error',
    message: ({ host }) => `host ${host} not found in the build`,
    help: ({ known }) => `hosts of the build: ${known}`,
  }),
  incomplete: rule<{ missing: string }>('bundle/incomplete', {
    severity: 'error',
    message: ({ missing }) => `the build is incomplete: ${missing} is missing`,
    help: () => 'run `pigsty build` again',
  }),
  wrongHash: rule<{ file: string }>('bundle/wrong-hash', {
    severity: 'error',
    message: ({ file }) => `checksum mismatch: ${file} has changed since it was built`,
    help: () => 'delete this file and run `pigsty build` again',
  }),
};

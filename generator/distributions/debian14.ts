import { debian, debianSuites } from './debian.ts';
import type { Distribution } from './distribution.ts';

/** Debian 14, forky: the next release. Its archive changes daily until the release. */
export const debian14: Distribution = {
  ...debian,
  name: 'debian14',
  suites: debianSuites('forky'),
  postgres: {
    majors: [18],
    renamed: {},
    lacks: [
      'postgresql-%v-first-last-agg',
      'postgresql-%v-omnidb',
      'postgresql-%v-periods',
      'postgresql-%v-pg-fact-loader',
      'postgresql-%v-pg-rrule',
      'postgresql-%v-pgl-ddl-deploy',
      'postgresql-%v-pglogical-ticker',
      'postgresql-%v-prioritize',
      'postgresql-%v-rdkit',
      'postgresql-%v-slony1-2',
    ],
  },
};

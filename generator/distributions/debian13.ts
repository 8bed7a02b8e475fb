import { debian, debianSuites } from './debian.ts';
import type { Distribution } from './distribution.ts';

/** Debian 13, trixie. */
export const debian13: Distribution = {
  ...debian,
  name: 'debian13',
  suites: debianSuites('trixie'),
  lenders: [{ archive: 'debian', suite: 'forky', component: 'main', packages: ['pg-exporter'] }],
  postgres: {
    majors: [17],
    // The server's package contains the JIT, except the compiler library.
    renamed: { 'postgresql-%v-jit': 'libllvm19' },
    lacks: [
      'postgresql-%v-mongo-fdw',
      'postgresql-%v-pg-background',
      'postgresql-%v-pg-ivm',
      'postgresql-%v-pg-uuidv7',
      'postgresql-%v-timestamp9',
    ],
  },
};

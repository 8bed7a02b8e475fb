import { expect, it } from 'vitest';
import { maskedLines, maskKey, maskSecrets } from '../../generator/diagnostics/mask.ts';

it.each([
  ['password: hunter2 # comment', 'password: ******* # comment'],
  ['{ name: a, password: "p,}q", roles: [x] }', '{ name: a, password: ******, roles: [x] }'],
  ["pg_admin_password: 'it''s'", 'pg_admin_password: *******'],
  ['pg_port: 5432', 'pg_port: 5432'],
])('%s', (line, shown) => {
  expect(maskSecrets(line)).toBe(shown);
});

it.each([
  ['pg_admin_password hunter2', 'pg_admin_password …'],
  ["password:'hunter2", 'password …'],
  ['Patroni_Password_X:hunter2', 'Patroni_Password_X …'],
  ['10.10.10.10:5432', '10.10.10.10:5432'],
])('the key %s is named %s', (key, shown) => {
  expect(maskKey(key)).toBe(shown);
});

it('masks a secret on the lines after its key, and nothing else', () => {
  const text = 'pg_admin_password: |\n  one\n  two: x\npg_port: 1\n- password:\n    three\n- name: a';
  expect(maskedLines(text).join('\n')).toBe(
    'pg_admin_password: *\n  ***\n  ******\npg_port: 1\n- password:\n    *****\n- name: a',
  );
});

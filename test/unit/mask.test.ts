import { expect, it } from 'vitest';
import { maskSecrets } from '../../generator/diagnostics/mask.ts';

it.each([
  ['password: hunter2 # comment', 'password: ******* # comment'],
  ['{ name: a, password: "p,}q", roles: [x] }', '{ name: a, password: ******, roles: [x] }'],
  ["pg_admin_password: 'it''s'", 'pg_admin_password: *******'],
  ['pg_port: 5432', 'pg_port: 5432'],
])('%s', (line, shown) => {
  expect(maskSecrets(line)).toBe(shown);
});

import { expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';
import { maskedLines, maskKey, maskSecrets } from '../../generator/diagnostics/mask.ts';

it.each([
  ['password: hunter2 # comment', 'password: ******* # comment'],
  ['{ name: a, password: "p,}q", roles: [x] }', '{ name: a, password: ******, roles: [x] }'],
  ["pg_admin_password: 'it''s'", 'pg_admin_password: *******'],
  ['pg_port: 5432', 'pg_port: 5432'],
  ["- 'host a b all ldap ldapbindpasswd=a,b c'", "- 'host a b all ldap ldapbindpasswd=******"],
  [
    '- host a b all radius radiusservers=x radiussecrets="A, B" c',
    '- host a b all radius radiusservers=x radiussecrets=********',
  ],
  ['- "host a b all ldap ldapbindpasswd=\\"a b\\""', '- "host a b all ldap ldapbindpasswd=********'],
  ['- host a b all cert map=x clientcert=verify-full', '- host a b all cert map=x clientcert=verify-full'],
])('%s', (line, shown) => {
  expect(maskSecrets(line)).toBe(shown);
});

it.each([
  ['pg_admin_password hunter2', 'pg_admin_password …'],
  ["password:'hunter2", 'password …'],
  ['password=hunter2', 'password …'],
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

it.each([
  ['pg_users: [{ name: a, pasword: Own.App1, pgbouncer: true }]', 'Own.App1'],
  ["pg_users: [{ name: a, 'pass word': Own.App1 }]", 'Own.App1'],
  ['pg_users: [{ name: a, pass:Own.App1 }]', 'Own.App1'],
  ['pg_admin_pasword: Own.Adm1', 'Own.Adm1'],
  ['pg_admin_pasword: "Own.Adm1\n          more"', 'more'],
  ['pg_users: [{ name: a, login: { user: b, pass: Own.App1 } }]', 'nothing'],
  ['infra_portal: { home: { certbot: { mail: b, pass: [Own.App1, two] } } }', 'Own.App1'],
  ['infra_portal: { home: { certbot: {\n          pass: Own.App1 } } }', 'Own.App1'],
  ['infra_portal:\n          home:\n            api:\n            - Own.App1', 'Own.App1'],
  ['infra_portal:\n          home:\n            api:\n              pass: Own.App1', 'Own.App1'],
  ['infra_portal:\n          home:\n            api: some\n              Own.App1', 'Own.App1'],
])('the value of an unknown key is not printed: %s', (vars, secret) => {
  const text = `all:
  children:
    pg-a:
      hosts: { 10.0.0.1: {} }
      vars:
        ${vars}
`;
  const { diagnostics } = compile(text, 'inventory.yml', 'inventory');
  const shown = diagnostics.map(({ message, help = '' }) => message + help);
  expect([...shown, ...maskedLines(text, diagnostics)].join('\n')).not.toContain(secret);
  expect(diagnostics.length).toBeGreaterThan(0);
});

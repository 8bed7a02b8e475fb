import { describe, expect, it } from 'vitest';
import { readSite } from '../../generator/compile.ts';

/** Code and message of each diagnostic for variables of a host. */
function found(vars: string): string[] {
  const text = `all: { hosts: { 10.0.0.1: {} }, vars: { ${vars} } }\n`;
  return readSite(text, 'pigsty.yml', 'pigsty').diagnostics.map(({ code, message }) => `${code} ${message}`);
}

const CHANGED = 'YAML reads this text as a number, and changes it';

describe('a text without quotes', () => {
  it.each(['0123456', '12_34', '12:30:45', '0x1F', '0b11', '1.50', '+5', '-0', '12345678901234567890', '1.'])(
    '%s is a warning where text is expected',
    (text) => {
      expect(found(`pg_admin_password: ${text}`)).toEqual([
        `parameter/number-as-text \`pg_admin_password\`: ${CHANGED}`,
      ]);
      expect(found(`pg_users: [{ name: app, password: ${text} }]`)).toEqual([
        `parameter/number-as-text \`pg_users\` at \`0.password\`: ${CHANGED}`,
      ]);
      expect(found(`pg_users: [{ name: app, password: '${text}' }]`)).toEqual([]);
    },
  );

  it.each(['123456', '1.5', '-5', '0', 'y', '0189', '2030-12-31', '1e3'])('%s is that text', (text) => {
    expect(found(`pg_admin_password: ${text}`)).toEqual([]);
  });

  it.each(['yes', 'Off', 'true', '.inf'])('%s is an error with the advice to quote it', (text) => {
    const { diagnostics } = readSite(
      `all: { hosts: { 10.0.0.1: { pg_users: [{ name: app, password: ${text} }] } } }\n`,
      'pigsty.yml',
      'pigsty',
    );
    expect(diagnostics.map(({ help }) => help)).toEqual(['write it in quotes']);
    expect(JSON.stringify(diagnostics)).not.toContain(text === 'true' ? 'password: true' : text);
  });

  it('may be a number or a flag where one is expected', () => {
    expect(found('pg_port: 0x1538, pg_checksum: yes, pg_rto: 1_0')).toEqual([]);
  });

  it('is a warning for the second of two equal numbers', () => {
    expect(found('pg_admin_password: 83, pg_monitor_password: 0123')).toEqual([
      `parameter/number-as-text \`pg_monitor_password\`: ${CHANGED}`,
    ]);
    expect(found('pg_admin_password: 83')).toEqual([]);
    expect(found('pg_admin_password: 0123')).toHaveLength(1);
  });

  it('is a warning in a variable that others refer to, and by an alias', () => {
    expect(found('own_word: 0123, pg_admin_password: "{{ own_word }}"')).toEqual([
      `parameter/number-as-text \`own_word\`: ${CHANGED}`,
    ]);
    expect(found('other: &word 0123, pg_admin_password: *word').at(-1)).toEqual(
      `parameter/number-as-text \`pg_admin_password\`: ${CHANGED}`,
    );
    expect(found('pg_users: [{ name: "{{ own }}", password: 0123 }], own: app')).toEqual([
      `parameter/number-as-text \`pg_users\` at \`0.password\`: ${CHANGED}`,
    ]);
  });
});

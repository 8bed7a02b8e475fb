import { expect, it } from 'vitest';
import type { Value } from '../../generator/model/inventory.ts';
import { parameterByName } from '../../generator/modules/parameters.ts';
import { parseKnown } from '../../generator/stages/unknown-keys.ts';

function accepts(name: string, value: Value): boolean {
  const row = parameterByName.get(name)?.row;
  if (!row) throw new Error(`no parameter ${name}`);
  return parseKnown(row.schema, value).parsed.success;
}

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIERGde+s1A81Icu2nPASImgBdG6mVxLr2c9NnbmcwpLk';

it.each([
  ['', true],
  ['UTC', true],
  ['Europe/Berlin', true],
  ['US/Eastern', true],
  ['Asia/Calcutta', true],
  ['Europe/Berln', false],
  ['europe/berlin', false],
  ['Europe', false],
  ['../etc/passwd', false],
])('time zone %j: %j', (zone, isAccepted) => {
  expect(accepts('node_timezone', zone)).toBe(isAccepted);
});

it.each([
  ['10.10.10.10 portal portal.example.com', true],
  ['10.10.10.10\tportal # with a comment', true],
  ['${admin_ip} h.pigsty', true],
  ['fe80::1 link-local', true],
  ['# a comment alone', true],
  ['10.10.10.10', false],
  ['10.10.10.300 portal', false],
  ['portal 10.10.10.10', false],
  ['10.10.10.10 portal;reboot', false],
])('line of /etc/hosts %j: %j', (line, isAccepted) => {
  expect(accepts('node_etc_hosts', [line])).toBe(isAccepted);
});

it.each([
  [`ssh-ed25519 ${KEY}`, true],
  [`ssh-ed25519 ${KEY} someone@example.com`, true],
  [`from="10.0.0.0/8",no-pty ssh-ed25519 ${KEY} limited`, true],
  [`ssh-rsa ${KEY} of another type`, false],
  [`ssh-ed25519 ${KEY.slice(0, 40)} cut off`, false],
  [`ssh-ed25519 x${KEY} shifted`, false],
])('public key %j: %j', (line, isAccepted) => {
  expect(accepts('node_admin_pk_list', [line])).toBe(isAccepted);
});

it.each([
  ['pg_dbsu', 'postgres', true],
  ['pg_dbsu', 'root', false],
  ['pg_dbsu', 'www-data', false],
  ['pg_dbsu', 'systemd-network', false],
  ['node_admin_username', 'nobody', false],
  ['node_admin_username', 'admin', true],
])('%s: %s: %j', (name, account, isAccepted) => {
  expect(accepts(name, account)).toBe(isAccepted);
});

it.each([
  ['ip_vs', true],
  ['nf-conntrack', true],
  ['# a comment', true],
  ['ip_vs rr', false],
  ['/lib/modules/x.ko', false],
])('kernel module %j: %j', (name, isAccepted) => {
  expect(accepts('node_kernel_modules', [name])).toBe(isAccepted);
});

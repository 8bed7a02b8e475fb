import { expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';

function planOf(listen: string, more = '') {
  const compiled = compile(
    `all:
  children:
    etcd: { hosts: { 10.44.1.11: { etcd_seq: 1 } } }
    pg-shop:
      hosts: { 10.44.1.11: { pg_seq: 1, pg_role: primary } }
      vars: { pg_cluster: pg-shop, pg_listen: '${listen}', ${more} }
`,
    'shop.yml',
    'shop',
  );
  const { diagnostics } = compiled;
  if (!compiled.ok) return { codes: diagnostics.map(({ code }) => code) };
  const [host] = [...compiled.value.plan.hosts];
  return { codes: [], plan: host?.plan };
}

const VIP = 'pg_vip_enabled: true, pg_vip_address: 10.44.1.2/24';

it.each([
  ['0.0.0.0', '', '0.0.0.0', ['0.0.0.0']],
  ['*', '', '*', ['0.0.0.0']],
  ['${ip}, ${lo}', '', '10.44.1.11,127.0.0.1', ['10.44.1.11', '127.0.0.1']],
  ['${ip},${vip},${lo}', '', '10.44.1.11,127.0.0.1', ['10.44.1.11', '127.0.0.1']],
  ['${ip},${vip}', VIP, '10.44.1.11,10.44.1.2', ['10.44.1.11', '10.44.1.2']],
  ['${ip},10.44.1.11', '', '10.44.1.11', ['10.44.1.11']],
  ['0.0.0.0,127.0.0.1,::1', '', '0.0.0.0,::1', ['0.0.0.0']],
])('pg_listen %s %s: PostgreSQL and pgbouncer listen on %s', (listen, more, addresses, used) => {
  const { plan } = planOf(listen, more);
  const text = JSON.stringify(plan);
  expect(text).toContain(`["listen_addr","${addresses}"]`);
  expect(text).toContain(`"listen":"${addresses}:5432"`);
  const ports = plan?.ports.filter(({ port }) => port === 5432 || port === 6432);
  expect(ports?.map((one) => one.addresses)).toEqual([used, used]);
});

it.each(['${lo}', '${vip}', '10.44.1.12'])('pg_listen %s leaves out the member', (listen) => {
  expect(planOf(listen).codes).toContain('pgsql/not-on-own-address');
});

it('two servers may use one port on different addresses, but not on the same', () => {
  const service = (ip: string) =>
    `haproxy_services: [{ name: a, port: 6432, ip: ${ip}, servers: [{ name: a, ip: 10.44.1.12, port: 1 }] }]`;
  expect(planOf('${ip}', service('127.0.0.1')).codes).toEqual([]);
  expect(planOf('${ip},${lo}', service('127.0.0.1')).codes).toContain('node/port-clash');
  expect(planOf('0.0.0.0', service('127.0.0.1')).codes).toContain('node/port-clash');
});

/** The address of host number `index`, from 0 on. */
export function addressOf(index: number): string {
  const number = index + 1;
  return `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
}

/**
 * An inventory of clusters of three, with a store and infra on the first hosts. `provider`: all services sit on the
 * HAProxy of one group, so each cluster has its own ports.
 */
export function largeInventory(hosts: number, provider = false): string {
  const clusters = Array.from({ length: Math.ceil(hosts / 3) }, (_, cluster) => cluster);
  const members = (cluster: number) =>
    [0, 1, 2].filter((member) => cluster * 3 + member < hosts).map((member) => cluster * 3 + member);
  const host = (index: number, member: number) =>
    `        ${addressOf(index)}: { pg_seq: ${member + 1}, pg_role: ${member === 0 ? 'primary' : 'replica'} }`;
  const services = (cluster: number) => [
    '        pg_service_provider: proxies',
    '        pg_default_services:',
    `          - { name: primary, port: ${10_000 + 2 * cluster}, check: /primary, selector: "[]" }`,
    `          - { name: replica, port: ${10_001 + 2 * cluster}, check: /read-only, selector: "[]", backup: "[? pg_role == \`primary\`]" }`,
  ];
  const store = [0, 1, 2].map((index) => `        ${addressOf(index)}: { etcd_seq: ${index + 1} }`);
  return [
    'all:',
    '  children:',
    '    etcd:',
    '      hosts:',
    ...store,
    `    infra: { hosts: { ${addressOf(0)}: { infra_seq: 1 } } }`,
    ...(provider ? [`    proxies: { hosts: { ${addressOf(hosts)}: {} } }`] : []),
    ...clusters.flatMap((cluster) => [
      `    pg-c${cluster}:`,
      '      hosts:',
      ...members(cluster).map(host),
      '      vars:',
      `        pg_cluster: pg-c${cluster}`,
      '        pg_users: [{ name: app, password: A.Word.Of.Our.Own, pgbouncer: true, roles: [dbrole_admin] }]',
      '        pg_databases: [{ name: app, owner: app }]',
      ...(provider ? services(cluster) : []),
    ]),
    `  vars: { admin_ip: ${addressOf(0)} }`,
    '',
  ].join('\n');
}

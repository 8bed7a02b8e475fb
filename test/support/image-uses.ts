import { distributionOf, platformNames } from '../../generator/distributions/index.ts';
import type { ImageUse } from '../../generator/model/plan.ts';

const PLAIN = [
  'alertmanager',
  'blackbox',
  'chrony',
  'dnsmasq',
  'etcd',
  'haproxy',
  'journal',
  'keepalived',
  'nftables',
  'nginx',
  'nginx-exporter',
  'node-exporter',
  'pg-exporter',
  'pgbackrest-exporter',
  'pgbouncer',
  'prometheus',
  'pushgateway',
  'vip-manager',
];

/** All images that the product has recipes for, of each platform, as sites would use them. */
export const USES: readonly ImageUse[] = platformNames.flatMap((platform) => [
  ...PLAIN.map((name) => ({
    name,
    recipe: name,
    platform,
    arguments: {},
    packages: [],
  })),
  ...postgres(platform),
]);

/** The release that the platform carries, with and without JIT. */
function postgres(platform: string): ImageUse[] {
  const { majors, renamed } = distributionOf(platform).postgres;
  const version = String(majors[0]);
  const compiler = renamed['postgresql-%v-jit'] ?? `postgresql-${version}-jit`;
  const use = { recipe: 'postgres', platform, arguments: { pg_version: version } };
  return [
    { ...use, name: `postgres-${version}`, packages: [] },
    { ...use, name: `postgres-${version}-olap`, packages: [{ name: compiler, askedBy: 'pg_conf' }] },
  ];
}

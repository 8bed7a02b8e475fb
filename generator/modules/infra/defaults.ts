import type { NavbarLink, PortalEntry, Upstream } from './schemas.ts';

/*
 * Structured defaults, those that Pigsty's `configure` gives a Debian system (pigsty-defaults.yml).
 */
export const proxyEnv: Readonly<Record<string, string>> = {
  no_proxy:
    'localhost,127.0.0.1,10.0.0.0/8,192.168.0.0/16,*.pigsty,*.aliyun.com,mirrors.*,*.myqcloud.com,*.tsinghua.edu.cn',
};

export const infraPortal: Readonly<Record<string, PortalEntry>> = {
  home: { domain: 'h.pigsty' },
  grafana: { domain: 'g.pigsty', endpoint: '${admin_ip}:3000', websocket: true },
  prometheus: { domain: 'p.pigsty', endpoint: '${admin_ip}:9090' },
  alertmanager: { domain: 'a.pigsty', endpoint: '${admin_ip}:9093' },
  blackbox: { endpoint: '${admin_ip}:9115' },
  loki: { endpoint: '${admin_ip}:3100' },
};

/** Pigsty's other links lead to files that Pigsty downloads or writes on the host. */
export const nginxNavbar: readonly NavbarLink[] = [
  { name: 'CA Cert', url: '/ca.crt', desc: 'pigsty self-signed ca.crt' },
];

export const dnsRecords: readonly string[] = [
  '${admin_ip} h.pigsty a.pigsty p.pigsty g.pigsty',
  '${admin_ip} api.pigsty adm.pigsty cli.pigsty ddl.pigsty lab.pigsty git.pigsty sss.pigsty wiki.pigsty',
];

export const grafanaPlugins: readonly string[] = [
  'volkovlabs-echarts-panel',
  'volkovlabs-image-panel',
  'volkovlabs-form-panel',
  'volkovlabs-variable-panel',
  'volkovlabs-grapi-datasource',
  'marcusolsson-static-datasource',
  'marcusolsson-json-datasource',
  'marcusolsson-dynamictext-panel',
  'marcusolsson-treemap-panel',
  'marcusolsson-calendar-panel',
  'marcusolsson-hourly-heatmap-panel',
  'knightss27-weathermap-panel',
];

export const infraPackages: readonly string[] = [
  'grafana,loki,logcli,promtail,prometheus2,alertmanager,pushgateway,blackbox-exporter',
  'node-exporter,blackbox-exporter,nginx-exporter,redis-exporter,pg-exporter',
  'nginx,dnsmasq,ansible,etcd,python3-requests,redis,mcli',
];

/**
 * Archives by address, suite and components. Those of Debian itself are placeholders: which mirror a machine uses is
 * its own setting. Mirrors of the region `china` that also carry Debian are left out.
 */
export const repoUpstream: readonly Upstream[] = [
  {
    name: 'pigsty-local',
    module: 'local',
    releases: [11, 12, 20, 22],
    description: 'Pigsty Local',
    baseurl: { default: 'http://${admin_ip}/pigsty ./' },
  },
  {
    name: 'pigsty-pgsql',
    module: 'pgsql',
    releases: [11, 12, 20, 22],
    description: 'Pigsty PgSQL',
    baseurl: {
      default: 'https://repo.pigsty.io/deb/pgsql/${distro_codename}.amd64/ ./',
      china: 'https://repo.pigsty.cc/deb/pgsql/${distro_codename}.amd64/ ./',
    },
  },
  {
    name: 'pigsty-infra',
    module: 'infra',
    releases: [11, 12, 20, 22],
    description: 'Pigsty Infra',
    baseurl: {
      default: 'https://repo.pigsty.io/deb/infra/amd64/ ./',
      china: 'https://repo.pigsty.cc/deb/infra/amd64/ ./',
    },
  },
  {
    name: 'nginx',
    module: 'infra',
    releases: [11, 12, 20, 22],
    description: 'Nginx',
    baseurl: { default: 'http://nginx.org/packages/mainline/${distro_name} ${distro_codename} nginx' },
  },
  {
    name: 'base',
    module: 'node',
    releases: [11, 12],
    description: 'Debian Basic',
    baseurl: { default: '${debian_mirror}/ ${distro_codename} main non-free-firmware' },
  },
  {
    name: 'updates',
    module: 'node',
    releases: [11, 12],
    description: 'Debian Updates',
    baseurl: { default: '${debian_mirror}/ ${distro_codename}-updates main non-free-firmware' },
  },
  {
    name: 'security',
    module: 'node',
    releases: [11, 12],
    description: 'Debian Security',
    baseurl: { default: '${debian_security_mirror} ${distro_codename}-security main non-free-firmware' },
  },
  {
    name: 'pgdg',
    module: 'pgsql',
    releases: [11, 12, 20, 22],
    description: 'PGDG',
    baseurl: { default: 'http://apt.postgresql.org/pub/repos/apt/ ${distro_codename}-pgdg main' },
  },
  {
    name: 'citus',
    module: 'pgsql',
    releases: [11, 12, 20, 22],
    description: 'Citus',
    baseurl: {
      default: 'https://packagecloud.io/citusdata/community/${distro_name}/ ${distro_codename} main',
    },
  },
  {
    name: 'timescaledb',
    module: 'pgsql',
    releases: [11, 12, 20, 22],
    description: 'Timescaledb',
    baseurl: {
      default: 'https://packagecloud.io/timescale/timescaledb/${distro_name}/ ${distro_codename} main',
    },
  },
  {
    name: 'redis',
    module: 'redis',
    releases: [11, 12, 20, 22],
    description: 'Redis',
    baseurl: { default: 'https://packages.redis.io/deb ${distro_codename} main' },
  },
  {
    name: 'docker-ce',
    module: 'infra',
    releases: [11, 12, 20, 22],
    description: 'Docker',
    baseurl: { default: 'https://download.docker.com/linux/${distro_name} ${distro_codename} stable' },
  },
];

export const repoPackages: readonly string[] = [
  'ansible python3 python3-pip python3-venv python3-jmespath dpkg-dev sshpass',
  'nginx dnsmasq etcd haproxy vip-manager pg-exporter pgbackrest-exporter',
  'grafana loki logcli promtail prometheus2 alertmanager pushgateway node-exporter blackbox-exporter nginx-exporter keepalived-exporter',
  'redis-exporter mysqld-exporter mongodb-exporter docker-ce docker-compose-plugin redis minio mcli ferretdb duckdb sealos',
  'lz4 unzip bzip2 zlib1g pv jq git ncdu make patch bash lsof wget uuid tuned nvme-cli numactl sysstat iotop htop rsync tcpdump linux-perf chrony',
  'netcat-openbsd socat tnftp lrzsz net-tools ipvsadm dnsutils telnet ca-certificates openssl openssh-client libreadline-dev vim-tiny keepalived acl',
  'patroni pgbouncer pgbackrest pgbadger pgloader pg-activity pgloader pg-activity postgresql-filedump pgxnclient pgformatter',
  'postgresql-client-16 postgresql-16 postgresql-server-dev-16 postgresql-plpython3-16 postgresql-plperl-16 postgresql-pltcl-16 postgresql-16-wal2json postgresql-16-repack',
  'postgresql-16-postgis-3 postgresql-16-postgis-3-scripts postgresql-16-citus-12.1 postgresql-16-pgvector timescaledb-2-postgresql-16',
  'postgresql-16-age postgresql-16-asn1oid postgresql-16-auto-failover postgresql-16-bgw-replstatus postgresql-16-pg-catcheck postgresql-16-pg-checksums postgresql-16-credcheck postgresql-16-cron postgresql-16-debversion postgresql-16-decoderbufs postgresql-16-dirtyread postgresql-16-extra-window-functions postgresql-16-first-last-agg postgresql-16-hll postgresql-16-hypopg postgresql-16-icu-ext postgresql-16-ip4r postgresql-16-jsquery',
  'postgresql-16-londiste-sql postgresql-16-mimeo postgresql-16-mysql-fdw postgresql-16-numeral postgresql-16-ogr-fdw postgresql-16-omnidb postgresql-16-oracle-fdw postgresql-16-orafce postgresql-16-partman postgresql-16-periods postgresql-16-pgaudit postgresql-16-pgauditlogtofile postgresql-16-pgextwlist postgresql-16-pg-fact-loader postgresql-16-pg-failover-slots postgresql-16-pgfincore postgresql-16-pgl-ddl-deploy postgresql-16-pglogical postgresql-16-pglogical-ticker',
  'postgresql-16-pgmemcache postgresql-16-pgmp postgresql-16-pgpcre postgresql-16-pgq3 postgresql-16-pgq-node postgresql-16-pg-qualstats postgresql-16-pgsphere postgresql-16-pg-stat-kcache postgresql-16-pgtap postgresql-16-pg-track-settings postgresql-16-pg-wait-sampling postgresql-16-pldebugger postgresql-16-pllua postgresql-16-plpgsql-check postgresql-16-plprofiler postgresql-16-plproxy postgresql-16-plsh postgresql-16-pointcloud',
  'postgresql-16-powa postgresql-16-prefix postgresql-16-preprepare postgresql-16-prioritize postgresql-16-q3c postgresql-16-rational postgresql-16-rum postgresql-16-semver postgresql-16-set-user postgresql-16-show-plans postgresql-16-similarity postgresql-16-snakeoil postgresql-16-squeeze postgresql-16-tablelog postgresql-16-tdigest postgresql-16-tds-fdw postgresql-16-toastinfo postgresql-16-topn postgresql-16-unit',
];

export const repoUrlPackages: readonly string[] = [
  'https://repo.pigsty.cc/etc/pev.html',
  'https://repo.pigsty.cc/etc/chart.tgz',
  'https://repo.pigsty.cc/etc/plugins.tgz',
];

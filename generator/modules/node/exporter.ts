import { type Contribution, settingsOf } from '../../model/module.ts';
import { EXPORTER, EXPORTER_WEB, exporterWeb } from '../../model/monitoring.ts';
import type { FilePlan, PortUse } from '../../model/plan.ts';
import type { Settings } from '../../model/settings.ts';
import type { SiteHost } from '../../model/site.ts';
import { mergeArguments, splitArguments } from '../../text/arguments.ts';
import { unitFile, unitPlan } from '../../text/unit.ts';
import { METRICS_DIRECTORY, metricsContribution } from './metrics.ts';
import { nodeName } from './settings.ts';

/*
 * node_exporter, and what all exporters of the host share: their account, their certificate and the configuration of their
 * listeners (docs/decisions/monitoring.md). They read these files at each connection, so that a new certificate needs no restart.
 */
const DIRECTORY = 'etc/exporter';
const UNIT = 'node_exporter.service';
const START = `${DIRECTORY}/node-exporter.sh`;
const ROOT = { $image: 'node-exporter' };

/** The counters of node_exporter 1.9, and two more of TCP: failed and reset connections. */
const NETSTAT_FIELDS =
  '^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)|TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts|TCPOFOQueue|TCPRcvQDrop)|Tcp_(ActiveOpens|AttemptFails|EstabResets|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab)|Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$';

export function exporterContribution(host: SiteHost): Contribution {
  const settings = settingsOf(host);
  const name = certificateName(host);
  const shared: Contribution = {
    users: [
      {
        ...EXPORTER,
        home: '/nonexistent',
        shell: '/usr/sbin/nologin',
        gecos: 'Metrics exporters',
        groups: [],
      },
    ],
    files: sharedFiles(name),
    certificates: [
      {
        name,
        commonName: name,
        organizationalUnit: 'exporter',
        names: ['localhost', nodeName(settings, host.ip)],
        addresses: ['127.0.0.1', host.ip],
      },
    ],
  };
  if (!settings.node_exporter_enabled) return shared;
  const metrics = metricsContribution();
  return {
    ...shared,
    directories: [{ path: METRICS_DIRECTORY, mode: 0o755, owner: 'root', group: 'root' }],
    files: [...(shared.files ?? []), ...nodeExporterFiles(host), ...(metrics.files ?? [])],
    units: [unitPlan(UNIT, { image: ROOT.$image, restartOn: [START] }), ...(metrics.units ?? [])],
  };
}

/** The certificate of a host for everything that has none of its own. */
export function certificateName(host: SiteHost): string {
  return `${nodeName(settingsOf(host), host.ip)}-exporter`;
}

function sharedFiles(certificate: string): FilePlan[] {
  const file = (name: string, mode: number, source: FilePlan['source']): FilePlan => {
    return { path: `${DIRECTORY}/${name}`, mode, group: EXPORTER.name, source };
  };
  return [
    file('web.yml', 0o644, { kind: 'yaml', data: exporterWeb(`/etc/pigsty/current/${DIRECTORY}`) }),
    file('ca.crt', 0o644, { kind: 'ca' }),
    file('server.crt', 0o644, { kind: 'certificate', certificate, part: 'crt' }),
    file('server.key', 0o640, { kind: 'certificate', certificate, part: 'key' }),
  ];
}

function nodeExporterFiles(host: SiteHost): FilePlan[] {
  const view = {
    root: ROOT,
    arguments: mergeArguments(
      defaultArguments(host.ip, settingsOf(host)),
      splitArguments(settingsOf(host).node_exporter_options),
    ),
  };
  const source = { kind: 'template', template: 'node/node-exporter.sh.ejs', view } as const;
  return [
    { path: START, mode: 0o644, group: 'root', source },
    unitFile(UNIT, `node/${UNIT}.ejs`, { user: EXPORTER.name }),
  ];
}

function defaultArguments(ip: string, settings: Settings): string[] {
  return [
    `--web.listen-address=${ip}:${settings.node_exporter_port}`,
    `--web.config.file=${EXPORTER_WEB}`,
    `--web.telemetry-path=${settings.exporter_metrics_path}`,
    `--collector.textfile.directory=${METRICS_DIRECTORY}`,
    `--collector.netstat.fields=${NETSTAT_FIELDS}`,
    // On by default in Debian: thousands of series; the agent tells of our own units.
    '--no-collector.systemd',
    '--runtime.gomaxprocs=1',
    '--log.level=warn',
  ];
}

export function exporterPorts(host: SiteHost): PortUse[] {
  const { node_exporter_enabled: isEnabled, node_exporter_port: port } = settingsOf(host);
  const place = host.parameters.place('node_exporter_port');
  const use = { port, addresses: [host.ip], unit: UNIT, parameter: 'node_exporter_port' };
  return isEnabled ? [{ ...use, ...(place && { place }) }] : [];
}

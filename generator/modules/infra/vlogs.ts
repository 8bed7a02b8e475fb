import type { Contribution } from '../../model/module.ts';
import { withoutVariables } from '../../text/arguments.ts';
import { daysOf } from '../../text/days.ts';
import { unitFile, unitPlan } from '../../text/unit.ts';
import { VLOGS_PATH } from './carried.ts';
import { componentOf } from './components.ts';
import type { InfraHost } from './hosts.ts';

/*
 * VictoriaLogs, where an archive of the inventory carries it: lines of all hosts beside their journals, with a search in
 * their text. Hosts send them as they send their journals (docs/decisions/logs.md).
 */
const USER = 'vlogs';
/** What a stream of lines has in common: the labels of metrics, and where the line comes from. */
const STREAM = ['JOB', 'CLS', 'INS', '_HOSTNAME', '_SYSTEMD_UNIT'];

export function vlogsContribution(self: InfraHost): Contribution {
  const component = componentOf(self, 'vlogs');
  if (!component) return {};
  const { loki_data: data, loki_retention } = self.settings;
  const nowhere = { home: data, shell: '/usr/sbin/nologin' };
  const words = [
    `-storageDataPath=${data}`,
    `-httpListenAddr=127.0.0.1:${component.port}`,
    `-http.pathPrefix=${VLOGS_PATH}`,
    `-retentionPeriod=${daysOf(String(loki_retention))}d`,
    `-journald.streamFields=${STREAM.join(',')}`,
  ];
  const view = {
    root: { $image: component.image },
    instance: self.instance,
    dataDirectory: data,
    arguments: withoutVariables(words),
  };
  // Its releases read what older ones have written, and not the other way round.
  const writer = { image: component.image, package: component.image, components: 2 };
  return {
    users: [{ name: USER, uid: 372, gid: 372, ...nowhere, gecos: 'log store', groups: [] }],
    directories: [{ path: data, mode: 0o700, owner: USER, group: USER, state: 'vlogs', writer }],
    files: [unitFile(component.unit, `infra/${component.unit}.ejs`, view)],
    units: [unitPlan(component.unit, { image: component.image })],
  };
}

import { type Module, settingsOf } from '../../model/module.ts';
import { offerServices } from './access/services.ts';
import { userSecrets } from './access/users.ts';
import { backupSecrets } from './backup/backup.ts';
import { checkPgsql } from './checks/rules.ts';
import { baselineNames } from './content/baselines.ts';
import { recoveryPromise } from './ha/recovery.ts';
import { clusters, pgsqlMembers } from './members.ts';
import { pgsqlParameters } from './params.ts';
import { pgsqlPorts, planPgsql } from './plan.ts';
import type { PgsqlSettings } from './settings.ts';

export const pgsql: Module = {
  name: 'pgsql',
  parameters: pgsqlParameters,
  files: (site) => pgsqlMembers(site).flatMap(baselineNames),
  check: checkPgsql,
  offer: (site) => ({ proxyServices: offerServices(site) }),
  secrets: (host) => {
    const settings = settingsOf<PgsqlSettings>(host);
    if (host.parameters.values.pg_seq === undefined) return new Map();
    return new Map([...userSecrets(settings), ...backupSecrets(settings)]);
  },
  ports: pgsqlPorts,
  plan: planPgsql,
  promise: (site, { etcdElectionSeconds }) =>
    clusters(site).flatMap((members) => recoveryPromise(members, etcdElectionSeconds) ?? []),
};

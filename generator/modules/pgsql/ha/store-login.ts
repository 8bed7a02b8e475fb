import { type Facts, StoreEndpoint } from '../../../model/facts.ts';
import type { Contribution } from '../../../model/module.ts';
import type { FilePlan, FileSource, ImageRef } from '../../../model/plan.ts';
import { unitFile, unitPlan } from '../../../text/unit.ts';
import type { PgsqlMember } from '../members.ts';

/*
 * How a member proves to etcd who it is: a certificate of the site, and the user and password of its cluster. etcd's
 * gateway for HTTP, which Patroni uses, refuses a certificate with a common name (docs/decisions/etcd-users.md).
 */
const TARGET = 'pgsql-login.target';

/** The certificate and key for connections to etcd. */
export const STORE_FILES = ['etc/pgsql/store.crt', 'etc/pgsql/store.key'];

export function loginContribution(member: PgsqlMember, facts: Facts, root: ImageRef): Contribution {
  const { settings, instance, host } = member;
  const certificate = `${instance}-etcd`;
  const file = (path: string, mode: number, source: FileSource): FilePlan => {
    return { path, mode, group: settings.pg_dbsu, source };
  };
  const endpoints = facts.all(StoreEndpoint).map(({ ip, port }) => ({ ip, port }));
  return {
    certificates: [
      { name: certificate, organizationalUnit: 'etcd', names: [instance], addresses: [host.ip] },
    ],
    files: [
      file('etc/pgsql/store.crt', 0o644, { kind: 'certificate', certificate, part: 'crt' }),
      file('etc/pgsql/store.key', 0o640, { kind: 'certificate', certificate, part: 'key' }),
      unitFile(TARGET, `pgsql/${TARGET}.ejs`, { instance }),
      {
        path: `leave/${TARGET}`,
        mode: 0o755,
        group: 'root',
        source: { kind: 'template', template: 'pgsql/leave-login.sh.ejs', view: { root, endpoints } },
      },
    ],
    units: [unitPlan(TARGET)],
  };
}

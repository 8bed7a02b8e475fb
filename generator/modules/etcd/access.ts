import { type Facts, StoreUsers, storePassword } from '../../model/facts.ts';
import type { Contribution } from '../../model/module.ts';
import type { FilePlan, FileSource, View } from '../../model/plan.ts';
import { unitFile, unitPlan } from '../../text/unit.ts';

/*
 * Users of etcd: root, for this host's scripts and operators, and one for each PostgreSQL cluster
 * (docs/decisions/etcd-users.md).
 */
const UNIT = 'etcd-access.service';
const SCRIPT = 'etc/etcd/access.sh';
const USERS = 'etc/etcd/users';

/** `view` is that of the scripts of etcd's members. */
export function accessContribution(view: View & { readonly instance: string }, facts: Facts): Contribution {
  const certificate = `${view.instance}-root`;
  const file = (path: string, mode: number, source: FileSource): FilePlan => {
    return { path, mode, group: 'etcd', source };
  };
  return {
    certificates: [
      {
        name: certificate,
        // etcd's own certificate has another name: its gateway for HTTP connects with that.
        commonName: 'root',
        organizationalUnit: 'etcd',
        names: [view.instance],
        addresses: [],
      },
    ],
    files: [
      file('etc/etcd/root.crt', 0o644, { kind: 'certificate', certificate, part: 'crt' }),
      file('etc/etcd/root.key', 0o640, { kind: 'certificate', certificate, part: 'key' }),
      file(USERS, 0o640, { kind: 'template', template: 'etcd/users.ejs', view: usersView(facts) }),
      file(SCRIPT, 0o644, {
        kind: 'template',
        template: 'etcd/access.sh.ejs',
        view: { ...view, usersDeclaration: usersDeclaration(facts) },
      }),
      unitFile(UNIT, `etcd/${UNIT}.ejs`, { instance: view.instance, root: { $image: 'etcd' } }),
      {
        path: `leave/${UNIT}`,
        mode: 0o755,
        group: 'root',
        source: { kind: 'template', template: 'etcd/leave-access.sh.ejs', view: {} },
      },
    ],
    // etcdctl reads the certificate each time.
    units: [unitPlan(UNIT, { image: 'etcd', restartOn: [SCRIPT, USERS] })],
  };
}

function usersView(facts: Facts): View {
  const users = facts.all(StoreUsers).flatMap((one) => one.users);
  return {
    users: users.map(({ prefix, members }) => ({
      name: prefix,
      password: storePassword(prefix),
      members: members.join(' '),
    })),
  };
}

/** 0 without clusters: etcd then has no users. */
function usersDeclaration(facts: Facts): number {
  return Math.max(0, ...facts.all(StoreUsers).map(({ declaration }) => declaration));
}

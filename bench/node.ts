import { createLab } from '../test/support/lab.ts';
import type { LabNode } from '../test/support/node.ts';
import { mustRun } from '../test/support/process.ts';
import {
  APT_FTPARCHIVE,
  INSTALL as INSTALL_PACKAGES,
  type Offer,
  offerPackages,
  PREPARE,
} from './apt-peer.ts';
import { openSite } from './locked-site.ts';
import { APPLY_WITH_MARKS, MARK, type Mark, markTable, readMarks, readProductMarks } from './node-marks.ts';
import { type Bench, type BenchOptions, LAB_REQUIREMENTS } from './result.ts';

/*
 * A bare Debian 13 node, from files on its disk to the first SELECT on port 5432. One node applies a bundle of
 * blueprints/meta.yml. The peer is an equal node that installs the same software by apt-get from a repository on its
 * disk, then runs initdb and starts PostgreSQL. Before the measurement starts, files are in the page cache and synced.
 * A client connects every 50 ms through the Unix socket.
 */
const ADDRESS = '10.10.10.10';
const FIRST = 'first SELECT on 5432';
const APT = 'apt-get install, initdb, start, SELECT';

const SELECT = `${MARK}
select_on() { # NAME COMMAND...
  name=$1
  shift
  until [ "$("$@" -XAtqc 'select 1' 2>/dev/null)" = 1 ]; do sleep 0.05; done
  mark "$name"
}
wait_for_select() { # PSQL
  until [ -S /run/postgresql/.s.PGSQL.5432 ]; do sleep 0.05; done
  select_on first-select setpriv --reuid=postgres --regid=postgres --init-groups "$1"
}
`;

const APPLY = `${SELECT}
pooled() {
  wait_for_select psql
  PGPASSWORD=DBUser.Meta select_on pooled-select \
    psql 'host=${ADDRESS} port=5433 user=dbuser_meta dbname=meta connect_timeout=2'
}
cd /root/bundle
mark start
pooled &
${APPLY_WITH_MARKS}
wait
`;

const INSTALL = `${SELECT}
bin=/usr/lib/postgresql/17/bin
as_postgres() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }
mark start
apt-get -q update >/dev/null || exit
mark updated
${INSTALL_PACKAGES}
mark installed
install -d -m 0700 -o postgres -g postgres /data
as_postgres $bin/initdb -D /data -E UTF8 --locale=C.UTF-8 -k >/root/initdb.log 2>&1 || exit
mark initdb
as_postgres $bin/postgres -D /data >/root/postgres.log 2>&1 9>&- &
wait_for_select $bin/psql
kill "$!"
wait
`;

export const nodeBench: Bench = {
  name: 'node',
  title: 'bare node: from the unpacked tar to the first SELECT',
  defaultRuns: 3,
  requirements: [...LAB_REQUIREMENTS, APT_FTPARCHIVE],
  async run(options) {
    const workshop = await openSite();
    try {
      const bundle = await workshop.bundle(ADDRESS);
      const offer = await offerPackages(workshop, options.directory);
      return await compare(bundle, offer, options);
    } finally {
      workshop.remove();
    }
  },
};

async function compare(bundle: string, offer: Offer, { runs, say }: BenchOptions) {
  const ours: (readonly Mark[])[] = [];
  const peers: (readonly Mark[])[] = [];
  for (let run = 1; run <= runs; run++) {
    say(`run ${run}: pigsty`);
    ours.push(await onNode(bundle, '/root/bundle', (node) => applyBundle(node)));
    say(`run ${run}: apt-get`);
    peers.push(await onNode(offer.repository, '/repo', (node) => installPackages(node, offer)));
  }
  const seconds = (all: readonly (readonly Mark[])[], event: string) =>
    all.map((marks) => ({ seconds: marks.find((mark) => mark.event === event)?.seconds ?? Number.NaN }));
  return {
    rows: [
      { what: FIRST, samples: seconds(ours, 'first-select') },
      {
        what: APT,
        peerOf: FIRST,
        samples: seconds(peers, 'first-select'),
      },
      { what: 'first SELECT through 5433', samples: seconds(ours, 'pooled-select') },
      { what: 'healthy (the agent ends)', samples: seconds(ours, 'healthy') },
    ],
    goals: [{ kind: 'ratio' as const, row: FIRST, peer: APT, atLeast: 4 }],
    notes: [
      'where the time goes, pigsty:',
      ...markTable(ours),
      'where the time goes, apt-get:',
      ...markTable(peers),
    ],
  };
}

/** Runs `work` on a new node with a copy of `source` at `path`, which is in the page cache and on disk. */
async function onNode<T>(source: string, path: string, work: (node: LabNode) => Promise<T>): Promise<T> {
  const lab = await createLab();
  try {
    const node = await lab.node({ ip: ADDRESS, name: 'h10', suite: 'trixie', hasOwnDisk: true });
    await node.boot();
    await node.push(source, path);
    await mustRun('sync', []);
    await node.sh(`find ${path} -type f -exec cat {} + >/dev/null`);
    return await work(node);
  } finally {
    await lab.destroy();
  }
}

async function applyBundle(node: LabNode): Promise<readonly Mark[]> {
  const output = await runScript(node, APPLY);
  return readProductMarks(node, output);
}

async function installPackages(node: LabNode, { names }: Offer): Promise<readonly Mark[]> {
  await node.sh(PREPARE);
  return readMarks(await runScript(node, `PACKAGES='${names}'\n${INSTALL}`));
}

async function runScript(node: LabNode, script: string): Promise<string> {
  const result = await node.exec(['bash', '-c', script], { timeoutSeconds: 300 });
  if (result.code !== 0 || !result.stdout.includes(' first-select\n')) {
    throw new Error(`the node did not answer: ${result.stdout}\n${result.stderr}`);
  }
  return result.stdout;
}

// Says when a cluster takes its first row and when it is whole: a line `<seconds since 1970> first-row` and one
// `<seconds> whole`, then it ends. It is one process that starts once, so that asking costs the cluster little.
// Usage: node watch-trio.mjs '{"url": connection string, "cluster": address of Patroni's /cluster, "members": number}'
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

const { url, cluster, members } = JSON.parse(process.argv[2] ?? '{}');

/** One simple query is one transaction. */
const ROW = 'create table first_row (n integer); insert into first_row values (1)';

/** pgbouncer lets a client wait for its server: two seconds, and then the next one. */
async function commitRow() {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000, query_timeout: 3000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(ROW);
    return true;
  } catch {
    return false;
  } finally {
    client.end().catch(() => undefined);
  }
}

/** As Patroni tells everybody: one leader, and all others stream from it. */
async function isWhole() {
  try {
    const answer = await (await fetch(cluster, { signal: AbortSignal.timeout(2000) })).json();
    const count = (role, state) =>
      answer.members.filter(
        (member) => (member.role === 'leader') === (role === 'leader') && member.state === state,
      ).length;
    return count('leader', 'running') === 1 && count('replica', 'streaming') === members - 1;
  } catch {
    return false;
  }
}

async function say(event, isDone, milliseconds) {
  while (!(await isDone())) await delay(milliseconds);
  process.stdout.write(`${Date.now() / 1000} ${event}\n`);
}

await Promise.all([say('first-row', commitRow, 50), say('whole', isWhole, 100)]);
process.exit(0);

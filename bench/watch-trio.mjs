// Prints when a cluster accepts its first row and when it is complete: lines `<seconds since 1970> first-row` and
// `<seconds> whole`. Then it exits. It is a single process, so that it puts little load on the cluster.
// Usage: node watch-trio.mjs '{"url": connection string, "cluster": address of Patroni's /cluster, "members": number}'
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

const { url, cluster, members } = JSON.parse(process.argv[2] ?? '{}');

/** One simple query is one transaction. */
const ROW = 'create table first_row (n integer); insert into first_row values (1)';

/** PgBouncer lets a client wait for a server connection: give up after two seconds and try again. */
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

/** True when Patroni's REST API reports one leader, and all other members stream from it. */
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

// Commits one numbered row every 50 ms and writes down what was acknowledged, one JSON object a line:
// {"n": number, "sent": ms, "acked": ms, "server": start time of the PostgreSQL that took it}.
// Usage: node writer.mjs '{"log": file, "url": connection string, "first": number}'; it runs until it is killed.
import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

const PERIOD = 50;
const STATEMENT = 'insert into ledger values ($1) returning pg_postmaster_start_time()::text as server';
const { log, url, first } = JSON.parse(process.argv[2] ?? '{}');

/** A connection that is up, or undefined. Its errors show at the next statement. */
async function connect() {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000, query_timeout: 3000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch {
    client.end().catch(() => undefined);
    return undefined;
  }
}

async function commit(client, n) {
  const sent = Date.now();
  const { rows } = await client.query(STATEMENT, [n]);
  appendFileSync(log, `${JSON.stringify({ n, sent, acked: Date.now(), server: rows[0].server })}\n`);
}

let client;
for (let n = first; ; n++) {
  const due = Date.now() + PERIOD;
  client ??= await connect();
  try {
    if (client) await commit(client, n);
  } catch {
    client?.end().catch(() => undefined);
    client = undefined;
  }
  await delay(Math.max(0, due - Date.now()));
}

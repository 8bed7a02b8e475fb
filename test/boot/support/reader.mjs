// Reads over a new connection each time; a read that fails is tried once more. Keeps its counts in a file until it is
// killed. Usage: node reader.mjs <log file> <connection string>
import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

const [, , log = '', url] = process.argv;

async function read() {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000, query_timeout: 5000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select count(*) from ledger');
    return true;
  } catch {
    return false;
  } finally {
    client.end().catch(() => undefined);
  }
}

for (let reads = 0, retried = 0, failed = 0; ; ) {
  reads += 1;
  if (!(await read())) {
    retried += 1;
    if (!(await read())) failed += 1;
  }
  writeFileSync(log, JSON.stringify({ reads, retried, failed }));
  await delay(50);
}

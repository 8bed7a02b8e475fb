import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { renderTemplate } from '../../generator/text/template.ts';
import { run } from '../support/process.ts';
import { root } from '../support/product.ts';

/* What a host says of the journals that it sends, with the files that its uploads leave. */
const TEMPLATE = 'node/journal-metrics.sh.ejs';
const NAME = 'pigsty_journal_upload_acknowledged_timestamp_seconds';
/** 2027-01-15 08:00 UTC in microseconds, as a cursor has it. */
const ACKNOWLEDGED = 1_800_000_000;
const CURSOR = `s=1a;i=2;b=3;m=4;t=${(ACKNOWLEDGED * 1e6).toString(16)};x=5`;

describe('journals that a host sends', () => {
  const state = mkdtempSync(join(tmpdir(), 'pigsty-test-'));
  afterAll(() => rmSync(state, { recursive: true, force: true }));

  function wait(receiver: string, since: number): void {
    writeFileSync(join(state, `${receiver}.since`), '');
    utimesSync(join(state, `${receiver}.since`), since, since);
  }

  async function metrics(...receivers: readonly string[]): Promise<readonly string[]> {
    const templates = new Map([[TEMPLATE, readFileSync(join(root, 'units', TEMPLATE), 'utf8')]]);
    const script = renderTemplate(templates, TEMPLATE, { receivers: receivers.join(' ') });
    const { stdout } = await run('sh', ['-c', script.replaceAll('/var/lib/journal-upload', state)]);
    return stdout.split('\n').filter((line) => line.startsWith(NAME));
  }

  it('are as new as the newest line that was acknowledged', async () => {
    wait('10.0.0.1', 1_700_000_000);
    writeFileSync(join(state, '10.0.0.1'), `# state\nLAST_CURSOR=${CURSOR}\n`);
    expect(await metrics('10.0.0.1')).toEqual([`${NAME}{receiver="10.0.0.1"} ${ACKNOWLEDGED}`]);
  });

  it('wait since the first upload where none was, and are not known before it', async () => {
    wait('10.0.0.2', 1_700_000_000);
    expect(await metrics('10.0.0.2', '10.0.0.3')).toEqual([`${NAME}{receiver="10.0.0.2"} 1700000000`]);
  });
});

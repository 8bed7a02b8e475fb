import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UNIT_DIRECTIVES } from '../../generator/text/unit-directives.ts';
import { mustRun, run } from '../support/process.ts';
import { Workshop } from '../support/product.ts';

/* systemd judges the units of blueprints: a database, and a monitoring centre with one. */
const LIMIT = 3;
/** A unit above the limit says why, in a comment that begins with this. */
const EXCEPTION = '# Exposure: ';
/** The program lies in the image: systemd looks for it on this machine (design: tolerate exactly this line). */
const IN_IMAGE = /: Command \S+ is not executable: No such file or directory$/;

describe.each([
  ['meta', 'patroni.service', 'pgsql-promoted.path'],
  ['demo', 'nginx.service', 'journal-gateway.socket'],
])('units of blueprint %s', (blueprint, sample, other) => {
  let workshop: Workshop;
  let directory: string;

  beforeAll(async () => {
    workshop = new Workshop(blueprint);
    await workshop.build('--config-only');
    directory = join(workshop.directory, 'out', blueprint, 'hosts', '10.10.10.10', 'units');
  });

  afterAll(() => workshop?.remove());

  const units = () => readdirSync(directory);

  async function complaints(file: string): Promise<string[]> {
    const { stdout, stderr } = await run('systemd-analyze', ['verify', '--man=no', file]);
    return `${stdout}${stderr}`.split('\n').filter((line) => line !== '' && !IN_IMAGE.test(line));
  }

  it('are accepted by systemd-analyze verify', async () => {
    expect(units()).toContain(other);
    for (const unit of units()) expect(await complaints(join(directory, unit)), unit).toEqual([]);
  });

  it('are refused by it when one setting is broken', async () => {
    const broken = join(workshop.directory, 'broken', sample);
    mkdirSync(join(workshop.directory, 'broken'));
    const text = readFileSync(join(directory, sample), 'utf8');
    writeFileSync(broken, text.replace('ProtectClock=', 'ProtectClocks='));
    expect((await complaints(broken)).join()).toContain('ProtectClocks');
  });

  it('stay below the limit of exposure, or say why not', async () => {
    for (const unit of units().filter((name) => name.endsWith('.service'))) {
      const file = join(workshop.directory, unit);
      copyFileSync(join(directory, unit), file);
      const { stdout } = await run('systemd-analyze', ['security', '--offline=true', file]);
      const exposure = Number(/Overall exposure level for \S+: ([0-9.]+)/.exec(stdout)?.[1]);
      const hasReason = readFileSync(file, 'utf8').includes(EXCEPTION);
      expect(exposure <= LIMIT || hasReason, `${unit}: ${exposure}`).toBe(true);
    }
  });
});

const SYSTEMD = '/lib/systemd/systemd';

/** The directives by section that systemd itself prints. */
async function dumpDirectives(): Promise<Map<string, string[]>> {
  const sections = new Map<string, string[]>();
  let section = '';
  for (const line of (await mustRun(SYSTEMD, ['--dump-configuration-items'])).split('\n')) {
    section = /^\[(.*)\]$/.exec(line)?.[1] ?? section;
    const name = /^(\w+)=/.exec(line)?.[1];
    if (name !== undefined) sections.set(section, [...(sections.get(section) ?? []), name]);
  }
  return sections;
}

describe('the table of directives', () => {
  it('is what systemd 252 prints', async ({ skip }) => {
    const version = /^systemd (\d+)/.exec(await mustRun(SYSTEMD, ['--version']))?.[1];
    skip(version !== '252', `needs systemd 252, here is ${version}`);
    const printed = await dumpDirectives();
    for (const [section, names] of Object.entries(UNIT_DIRECTIVES)) {
      const known = new Set(printed.get(section));
      expect([section, ...names.trim().split(/\s+/).sort()]).toEqual([section, ...[...known].sort()]);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { compile } from '../../generator/compile.ts';
import { succeed } from '../../generator/model/diagnostic.ts';
import type { HostPlan } from '../../generator/model/plan.ts';

/* VictoriaLogs in the plans of infra hosts and of those that send, where an archive of the inventory lists it. */
const KEY = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n';
const carried = (packages: string) =>
  `image_sources: [{ name: ours, url: "https://apt.example.com", suite: stable, key: ours.asc, packages: ${packages} }]`;

/** The plans of an infra host and of another host. */
function compiled(...lines: readonly string[]) {
  const text = `all:
  children:
    infra: { hosts: { 10.0.0.1: { infra_seq: 1 } } }
    plain: { hosts: { 10.0.0.3: {} } }
  vars:
    admin_ip: 10.0.0.1
    grafana_enabled: false
${lines.map((line) => `    ${line}\n`).join('')}`;
  const result = compile(text, 'inventory.yml', 'site', () => succeed(new Map([['ours.asc', KEY]])));
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  const [infra, plain] = [...result.value.plan.hosts].map(({ plan }) => plan);
  if (!infra || !plain) throw new Error('no hosts');
  return { infra, plain, codes: result.diagnostics.map(({ code }) => code) };
}

function sourceOf({ files }: HostPlan, path: string): string {
  const source = files.find((file) => file.path === path)?.source;
  if (!source) throw new Error(`no file ${path}`);
  return JSON.stringify(source);
}

const WITH = compiled(carried('[victoria-logs]'), 'loki_retention: 3d');
const UNIT = 'victoria_logs.service';
const STORE = 'journal-upload-10.0.0.1-store.service';
const unitsOf = ({ units }: HostPlan) => units.map(({ name }) => name);

describe('VictoriaLogs', () => {
  it('keeps lines in its directory, for as long as the inventory says, on its host alone', () => {
    const words = JSON.parse(sourceOf(WITH.infra, `units/${UNIT}`)).view.arguments;
    for (const word of [
      '-storageDataPath=/data/loki',
      '-httpListenAddr=127.0.0.1:9428',
      '-retentionPeriod=3d',
    ])
      expect(words).toContain(word);
    expect(WITH.infra.directories.find(({ state }) => state === 'vlogs')?.path).toBe('/data/loki');
    const ports = WITH.infra.ports.filter(({ parameter }) => parameter === 'vlogs_port');
    expect(ports.map(({ unit, addresses }) => [unit, addresses])).toEqual([
      [UNIT, ['127.0.0.1']],
      ['nginx.service', ['10.0.0.1']],
    ]);
  });

  it('gets the journals of all hosts, with a cursor and a certificate, beside the store of journals', () => {
    for (const plan of [WITH.infra, WITH.plain]) {
      expect(unitsOf(plan)).toEqual(expect.arrayContaining(['journal-upload-10.0.0.1.service', STORE]));
      expect(sourceOf(plan, `units/${STORE}`)).toContain('"path":"/vlogs/insert/journald"');
      expect(sourceOf(plan, 'metrics/journal-upload')).toContain('"10.0.0.1 10.0.0.1-store"');
    }
    expect(sourceOf(WITH.infra, 'etc/journal/receiver.cfg')).toContain(
      '"stores":[{"path":"/vlogs/insert/journald/upload","port":9428}]',
    );
  });

  it('is searched through the portal, which passes on nothing else', () => {
    const home = sourceOf(WITH.infra, 'etc/nginx/sites/home.conf');
    expect(home.match(/\^~ \/vlogs\/[^"]*/g)).toEqual(['^~ /vlogs/select/', '^~ /vlogs/select/']);
    expect(sourceOf(WITH.infra, 'www/portal/index.html')).toContain('/vlogs/select/vmui/');
    expect(sourceOf(WITH.infra, 'etc/prometheus/targets/infra/infra-1.yml')).toContain('10.0.0.1:9428');
    expect(sourceOf(WITH.infra, 'etc/nginx/sites/vlogs-metrics.conf')).toContain('ssl_verify_client on');
  });

  it('is the log store also where an archive has another one', () => {
    const { infra, codes } = compiled(carried('[loki, victoria-logs]'));
    expect(unitsOf(infra)).toContain(UNIT);
    expect(codes).not.toContain('infra/loki-not-built');
  });

  it.each([
    ['without an archive', ['image_sources: []'], ['infra/not-carried']],
    ['with another log store', [carried('[loki]')], ['infra/loki-not-built']],
    ['with loki_enabled: false', [carried('[victoria-logs]'), 'loki_enabled: false'], []],
    ['without a portal', [carried('[victoria-logs]'), 'nginx_enabled: false'], ['infra/without-portal']],
    ['without journals', [carried('[victoria-logs]'), 'journal_enabled: false'], []],
  ])('is nowhere %s', (_, lines, wanted) => {
    const { infra, plain, codes } = compiled(...lines);
    expect(unitsOf(infra)).not.toContain(UNIT);
    for (const plan of [infra, plain]) expect(unitsOf(plan)).not.toContain(STORE);
    expect(infra.images.map(({ name }) => name)).not.toContain('victoria-logs');
    expect(JSON.stringify(infra.files.map(({ source }) => source))).not.toContain('/vlogs/');
    const about = ['infra/not-carried', 'infra/loki-not-built', 'infra/without-portal'];
    expect(codes.filter((code) => about.includes(code))).toEqual(wanted);
  });
});

import { compile } from '../../../generator/compile.ts';
import { loadAssets, loadTemplates } from '../../../generator/effects/package-root.ts';
import { type Result, succeed } from '../../../generator/model/diagnostic.ts';
import type { KeyPair, SshKey } from '../../../generator/model/keys.ts';
import type { Parameter } from '../../../generator/model/parameter.ts';
import { modules } from '../../../generator/modules/index.ts';
import { ArtifactCache, renderHost } from '../../../generator/stages/render.ts';
import { loadSaslprep } from '../../../generator/text/password.ts';
import { type TextPath, textPaths, valueWith } from './text-paths.ts';

/*
 * An inventory of one host in which every parameter that takes text has a text of its own, at every place of its value.
 */
const HOST = '10.10.10.10';

/** A place for text: `text` of a marker is a value that the parameter accepts. */
export type Probe = {
  readonly id: number;
  readonly name: string;
  readonly row: Parameter;
  readonly path: TextPath;
  readonly marker: string;
  readonly text: string;
};

/** Text around the marker, where a parameter accepts only such lines. */
const FORMS: { readonly [name: string]: string } = {
  node_crontab: '7 1 * * * root echo MARK',
  pg_crontab: '7 1 * * * echo MARK',
  node_etc_hosts: '10.77.7.7 MARK',
  node_default_etc_hosts: '10.77.7.7 MARK',
  node_dns_options: 'search MARK',
  node_ntp_servers: 'server MARK iburst',
  node_admin_pk_list: 'ssh-ed25519 AAAA MARK',
  'pg_hba_rules.[].rules.[]': 'host all MARK 10.0.0.0/8 md5',
  'pg_default_hba_rules.[].rules.[]': 'host all MARK 10.0.0.0/8 md5',
  'pgb_hba_rules.[].rules.[]': 'host all MARK 10.0.0.0/8 md5',
  'pgb_default_hba_rules.[].rules.[]': 'host all all 10.0.0.0/8 md5 # MARK',
};
const CANDIDATES = [
  'MARK',
  '/MARK',
  'http://MARK',
  'postgres://MARK',
  '10.77.7.7',
  '10.77.7.7/24',
  '7s',
  '7MB',
];

/** Beside the text, so that the entry has an effect and nothing else refuses it. */
const BESIDE: { readonly [path: string]: (text: string) => Readonly<Record<string, unknown>> } = {
  pg_users: () => ({ pgbouncer: true, password: 'q' }),
  pg_hba_rules: () => ({ db: 'all', user: 'all', addr: '10.0.0.0/8', auth: 'pwd' }),
  pgb_hba_rules: () => ({ db: 'all', user: 'all', addr: '10.0.0.0/8', auth: 'pwd' }),
  pg_default_hba_rules: () => ({ db: 'all', user: 'all', addr: '10.0.0.0/8', auth: 'pwd' }),
  pgb_default_hba_rules: () => ({ db: 'all', user: 'all', addr: '10.0.0.0/8', auth: 'pwd' }),
  haproxy_services: () => ({ servers: [{ name: 'a', ip: '10.10.10.79', port: 7 }] }),
  pg_services: () => ({ selector: '[]' }),
  pg_default_services: () => ({ selector: '[]' }),
};

/** Values that need another form than the least one. */
const WHOLE: { readonly [path: string]: (text: string, id: number) => unknown } = {
  'pg_parameters.{}': (text) => ({ application_name: text }),
  'pg_databases.[].extensions.[].schema': (schema, id) => [
    { name: `n${id}`, schemas: [schema], extensions: [{ name: 'pg_trgm', schema }] },
  ],
  'pgbackrest_repo.{}.other': (text) => ({ n1: { host_user: text } }),
};

/** Names that must be declared: users with the text of the probe as name. */
const IS_USER =
  /^pg_databases\.\[\]\.(?:owner|pool_auth_user)$|^pg_(?:users|default_roles)\.\[\]\.roles|hba_rules\.\[\]\.user$/;
const IS_DATABASE = /hba_rules\.\[\]\.db$|^patroni_citus_db$/;

/** Switches that bring parameters to their files; some exclude each other. */
const SWITCHES = {
  vip_enabled: true,
  vip_address: '10.10.10.3',
  vip_vrid: 7,
  nodename_exchange: true,
  pg_vip_enabled: true,
  pg_vip_address: '10.10.10.2/24',
  pgbouncer_auth_query: true,
  node_hugepage_ratio: 0.2,
  node_disable_swap: true,
  node_disk_prefetch: true,
  node_disable_numa: true,
  node_dns_method: 'add',
};
export const SITES: { readonly [name: string]: Readonly<Record<string, unknown>> } = {
  plain: { ...SWITCHES, pgbackrest_method: 'n1', patroni_ssl_enabled: false },
  other: {
    ...SWITCHES,
    node_id_from_pg: false,
    pg_rpo: 0,
    node_dns_method: 'overwrite',
    pg_default_service_dest: 'postgres',
  },
};

const rows = modules.flatMap(({ parameters }) => parameters.rows);
const templates = await loadTemplates();
const assets = await loadAssets();
const saslprep = await loadSaslprep(['ü']);

/** Every place for text of every parameter. */
export const probes: readonly Probe[] = rows
  .flatMap((row) => textPaths(row.schema).map((path) => ({ row, path })))
  .map(({ row, path }, id) => {
    const name = [row.name, ...path].join('.');
    const marker = `q${id}q`;
    const form = FORMS[name] ?? FORMS[row.name];
    const forms = form === undefined ? CANDIDATES : [form];
    const texts = forms.map((one) => one.replace('MARK', marker));
    const accepted = texts.find(
      (text) => row.schema.safeParse(valueWith(row.schema, path, text, id)).success,
    );
    return { id, name, row, path, marker, text: accepted ?? marker };
  });

/** A probe with its text. */
export type Filled = { readonly probe: Probe; readonly text: string };

/** The value that holds the text, as JSON of one line. */
function entryOf({ probe: { row, path, id, name }, text }: Filled): unknown {
  if (name in WHOLE) return WHOLE[name]?.(text, id);
  const value = valueWith(row.schema, path, text, id);
  const beside = BESIDE[row.name]?.(text);
  if (beside === undefined || !Array.isArray(value) || typeof value[0] !== 'object') return value;
  const entry = value[0] as Readonly<Record<string, unknown>>;
  const own = path[1] ?? '';
  return [own === 'rules' ? entry : { ...entry, ...beside, [own]: entry[own] }];
}

/** The inventory, and which probe each of its lines has. */
type Written = { readonly text: string; readonly probeOf: readonly (Filled | undefined)[] };

function writeInventory(switches: Readonly<Record<string, unknown>>, filled: readonly Filled[]): Written {
  const lines: string[] = [];
  const probeOf: (Filled | undefined)[] = [];
  const add = (line: string, probe?: Filled) => {
    lines.push(line);
    probeOf.push(probe);
  };
  add(`all: { children: { infra: { hosts: { ${HOST}: { infra_seq: 1 } } },`);
  add(`  etcd: { hosts: { ${HOST}: { etcd_seq: 1 } } },`);
  add(`  pg-meta: { hosts: { ${HOST}: { pg_seq: 1, pg_role: primary } }, vars: {`);
  const byRow = new Map<Parameter, Filled[]>();
  for (const one of filled) byRow.set(one.probe.row, [...(byRow.get(one.probe.row) ?? []), one]);
  for (const [name, value] of Object.entries(switches))
    if (![...byRow.keys()].some((row) => row.name === name)) add(`    ${name}: ${JSON.stringify(value)},`);
  for (const [row, own] of byRow) writeRow(row, own, filled, add);
  if (![...byRow.keys()].some((row) => row.name === 'pg_cluster')) add('    pg_cluster: pg-meta,');
  add(`  } } }, vars: { admin_ip: ${HOST} } }`);
  return { text: `${lines.join('\n')}\n`, probeOf };
}

function writeRow(
  row: Parameter,
  own: readonly Filled[],
  filled: readonly Filled[],
  add: (line: string, probe?: Filled) => void,
): void {
  const entries = own.map((one) => ({ one, value: entryOf(one) }));
  const isList = entries.every(({ value }) => Array.isArray(value));
  const isObject = entries.every(({ value }) => typeof value === 'object' && !Array.isArray(value));
  if (!isList && !isObject) {
    for (const { one, value } of entries.slice(-1)) add(`    ${row.name}: ${JSON.stringify(value)},`, one);
    return;
  }
  add(`    ${row.name}: ${isList ? '[' : '{'}`);
  const isRepository = row.name === 'pgbackrest_repo';
  if (isRepository) add('      n1: { type: s3, cipher_type: aes-256-cbc,');
  for (const { one, value } of entries) {
    const inner = isRepository && one.probe.path.length > 1 ? Object.values(value as object)[0] : value;
    add(`      ${JSON.stringify(inner).slice(1, -1)},`, one);
  }
  if (isRepository) add('      },');
  for (const value of defaultsOf(row, isList)) add(`      ${value},`);
  for (const { one, value } of declared(row, filled)) add(`      ${JSON.stringify(value)},`, one);
  add(`    ${isList ? ']' : '}'},`);
}

/** The default entries stay: the site needs its own roles, services and rules. */
function defaultsOf(row: Parameter, isList: boolean): string[] {
  if (isList)
    return ((row.default as readonly unknown[] | undefined) ?? []).map((one) => JSON.stringify(one));
  const entries = Object.entries((row.default as object | undefined) ?? {});
  return entries.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
}

/** Users and databases that other probes name. */
function declared(row: Parameter, filled: readonly Filled[]): { one: Filled; value: unknown }[] {
  const wanted = row.name === 'pg_users' ? IS_USER : row.name === 'pg_databases' ? IS_DATABASE : undefined;
  if (wanted === undefined) return [];
  return filled
    .filter(({ probe }) => wanted.test(probe.name))
    .map((one) => ({
      one,
      value: row.name === 'pg_users' ? { name: one.text, pgbouncer: true } : { name: one.text },
    }));
}

export type Refusal = { readonly filled: Filled; readonly code: string };
export type Files = ReadonlyMap<string, string>;
export type Outcome = {
  readonly files: Files;
  readonly accepted: readonly Filled[];
  readonly refused: readonly Refusal[];
};

/** The files that a value names; a site without a record has not been built before. */
function readFiles(names: readonly string[]): Result<ReadonlyMap<string, string>> {
  const named = names.filter((name) => !name.endsWith('.json'));
  return succeed(new Map(named.map((name) => [name, 'select 1;\n'])));
}

/** The harmless text in its place; nothing if that is what was refused. */
function withoutHarm({ probe, text }: Filled): Filled[] {
  return text === probe.text ? [] : [{ probe, text: probe.text }];
}

/** The files of the host. A probe whose text is refused at its place has its harmless text, or is left out. */
export function build(switches: Readonly<Record<string, unknown>>, filled: readonly Filled[]): Outcome {
  const refused: Refusal[] = [];
  let left = filled;
  for (;;) {
    const { text, probeOf } = writeInventory(switches, left);
    const compiled = compile(text, 'site.yml', 'site', readFiles);
    if (compiled.ok) return { files: render([...compiled.value.plan.hosts]), accepted: left, refused };
    const errors = compiled.diagnostics.filter(({ severity }) => severity === 'error');
    const wrong = errors.flatMap(({ place, code, notes }) =>
      [place, ...notes.map((note) => note.place)]
        .flatMap((one) => {
          const at = one && probeOf[one.line - 1];
          return at ? [{ filled: at, code }] : [];
        })
        .slice(0, 1),
    );
    const ids = new Set(wrong.map((one) => one.filled.probe.id));
    if (ids.size === 0)
      throw new Error(
        `no probe at the place of ${errors.map(({ code, message, place }) => `${code} ${message} ${place?.line}`).join('; ')}\n${text}`,
      );
    refused.push(
      ...wrong.filter((one, at) => wrong.findIndex((other) => other.filled === one.filled) === at),
    );
    left = left.flatMap((one) => (ids.has(one.probe.id) ? withoutHarm(one) : [one]));
  }
}

class AnyPair extends Map<string, KeyPair> {
  override get(): KeyPair {
    return { certificate: 'certificate\n', key: 'key\n' };
  }
}
class AnySshKey extends Map<string, SshKey> {
  override get(): SshKey {
    return { key: 'key\n', line: 'ssh-ed25519 AAAA' };
  }
}
const keys = {
  ca: 'ca\n',
  revocations: 'list\n',
  expiries: [],
  pairs: new AnyPair(),
  sshKeys: new AnySshKey(),
  siteKey: new Uint8Array(32),
};

/** Passwords that follow from names: another name gives another one, which has none of its characters. */
const DERIVED = /(?<![\w-])[\w-]{43}(?![\w-])/g;

type Planned = Parameters<typeof renderHost>[0];
type Host = { readonly plan: Planned; readonly secrets: Parameters<typeof renderHost>[1]['secrets'] };

function render(hosts: readonly Host[]): Files {
  return new Map(
    hosts.flatMap(({ plan, secrets }) => {
      const imageRoots = new Map(plan.images.map(({ name }) => [name, `/images/${name}/rootfs`]));
      const input = {
        templates,
        assets,
        keys,
        secrets,
        saslprep,
        imageRoots,
        isForNode: true,
        known: new ArtifactCache(),
      };
      return renderHost(plan, input).artifacts.map(({ path, content, isMeasured }): [string, string] => [
        isMeasured ? `measure/${path}` : path,
        content.replaceAll(DERIVED, 'derived'),
      ]);
    }),
  );
}

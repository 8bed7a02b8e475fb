import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../../../generator/compile.ts';
import { succeed } from '../../../generator/model/diagnostic.ts';
import type { PlanData } from '../../../generator/model/plan.ts';
import { isSecretRef, type SecretRef } from '../../../generator/model/secret.ts';
import { quoteShell } from '../../../generator/text/quote.ts';
import { revealSecret } from '../../../generator/text/secret-forms.ts';
import { writeYaml } from '../../../generator/text/yaml-writer.ts';
import type { UnpackedBundle } from '../../support/unpacked-bundle.ts';

/** What an inventory says, what happens before it is provisioned, and what is asked afterwards. */
export type Step = {
  readonly users?: readonly object[];
  readonly databases?: readonly object[];
  readonly vars?: object;
  /** Of the declaration; 1 without one. */
  readonly number?: number;
  /** What the script is told to do; everything without one. */
  readonly mode?: 'replica';
  /** Where the server is looked for. */
  readonly port?: number;
  /** psql input, as the superuser, in database postgres. */
  readonly before?: string;
  /** Names of queries, each with the query; an array adds the user and the database. */
  readonly ask?: {
    readonly [name: string]: string | readonly [query: string, user: string, database: string];
  };
};

export type Outcome = {
  readonly code: number;
  /** The lines of the journal, without those of roles and databases that are not ours. */
  readonly journal: readonly string[];
  readonly answers: { readonly [name: string]: string };
};

const PROVISION = 'etc/pgsql/provision';

function inventoryOf({ users = [], databases = [], vars = {} }: Step): string {
  const own = { pg_cluster: 'pg-meta', pg_users: users, pg_databases: databases, ...vars };
  const children = {
    etcd: { hosts: { '10.10.10.10': { etcd_seq: 1 } } },
    'pg-meta': { hosts: { '10.10.10.10': { pg_seq: 1, pg_role: 'primary' } }, vars: own },
  };
  return JSON.stringify({ all: { children, vars: { admin_ip: '10.10.10.10' } } });
}

/** The text of declared.yml for an inventory. */
function declaredBy(step: Step): string {
  const last = { clusters: { 'pg-meta': { declaration: (step.number ?? 1) - 1, content: 'another' } } };
  const files = step.number === undefined ? [] : [['steps.pgsql.json', JSON.stringify(last)] as const];
  const compiled = compile(inventoryOf(step), 'steps.yml', 'steps', () => succeed(new Map(files)));
  if (!compiled.ok) throw new Error(compiled.diagnostics.map(({ message }) => message).join('; '));
  const [planned] = compiled.value.plan.hosts;
  const source = planned?.plan.files.find(({ path }) => path === `${PROVISION}/declared.yml`)?.source;
  if (!planned || source?.kind !== 'yaml') throw new Error('there is no declared.yml');
  const forms = { secrets: planned.secrets, siteKey: Buffer.alloc(32), saslprep: (text: string) => text };
  return writeYaml(fill(source.data, (ref) => revealSecret(ref, forms)));
}

function fill(data: PlanData, reveal: (ref: SecretRef) => string): PlanData {
  if (isSecretRef(data)) return reveal(data);
  if (Array.isArray(data)) return data.map((item) => fill(item, reveal));
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, fill(value, reveal)]));
}

const START = `
  server() { within postgres-17 543 "$@"; }
  ask_as() { user=$1 database=$2; shift 2; server env "$user" "$database" psql -h /run/postgresql -XAtq "$@" 2>&1; }
  ask() { server env PGOPTIONS="-c client_min_messages=warning -c role=none -c statement_timeout=0 -c default_transaction_read_only=off" psql -h /run/postgresql -XAtq "$@" 2>&1; }
  server initdb -D /tmp/data -U postgres --auth=trust --no-sync >/dev/null
  server postgres -D /tmp/data -c unix_socket_directories=/run/postgresql -c listen_addresses= -c fsync=off \\
    -c shared_preload_libraries=pg_stat_statements >"$node/postgres.log" 2>&1 &
  for try in $(seq 100); do ask -U postgres -c 'select 1' >/dev/null && break; sleep 0.1; done
  provision() {
    server env PGHOST=/run/postgresql PGPORT="$port" PGUSER=postgres PGCLIENTENCODING=UTF8 \\
      python3 -B /etc/pigsty/current/${PROVISION}/provision.py "$@" 2>&1
  }`;

/** One line of output for each thing: `<step> <name>`, and its text as base64. */
function say(label: string, command: string): string {
  return `printf '%s ' ${quoteShell(label)}; { ${command}; } | base64 -w0; echo`;
}

function scriptOf(name: string, step: Step): string {
  const asked = Object.entries(step.ask ?? {}).map(([label, question]) => {
    const [query, user, database] =
      typeof question === 'string' ? [question, 'postgres', 'postgres'] : question;
    const [who, where, what] = [`PGUSER=${user}`, `PGDATABASE=${database}`, query].map(quoteShell);
    return say(`${name} answers.${label}`, `ask_as ${who} ${where} -c ${what} || :`);
  });
  return [
    ...(step.before
      ? [say(`${name} before`, `printf %s ${quoteShell(step.before)} | ask -U postgres -v ON_ERROR_STOP=1`)]
      : []),
    `printf %s ${quoteShell(declaredBy(step))} >'${PROVISION}/declared.yml'`,
    say(
      `${name} journal`,
      `port=${step.port ?? 5432}; provision ${step.mode ?? ''} && code=0 || code=$?; echo "$code"`,
    ),
    ...asked,
  ].join('\n');
}

/** Provisions one server with one inventory after the other. `provision` is bound to the script of the bundle. */
export async function provisionSteps<Name extends string>(
  bundle: UnpackedBundle,
  directory: string,
  steps: { readonly [name in Name]: Step },
): Promise<{ readonly [name in Name]: Outcome }> {
  const file = join(directory, 'provision-steps.sh');
  mkdirSync(directory, { recursive: true });
  const parts = Object.entries<Step>(steps).map(([name, step]) => scriptOf(name, step));
  writeFileSync(file, [START, ...parts].join('\n'));
  const result = await bundle.run(`. ${quoteShell(file)}`);
  if (result.code !== 0) throw new Error(result.stderr + result.stdout);
  const said = new Map(
    result.stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
      .map(([step = '', label = '', text = '']) => [
        `${step} ${label}`,
        Buffer.from(text, 'base64').toString().trim(),
      ]),
  );
  return Object.fromEntries(
    Object.entries<Step>(steps).map(([name, step]) => [name, outcomeOf(name, step, said)]),
  ) as { [name in Name]: Outcome };
}

function outcomeOf(name: string, step: Step, said: ReadonlyMap<string, string>): Outcome {
  const complaint = said.get(`${name} before`);
  if (complaint) throw new Error(`${name}: ${complaint}`);
  const lines = (said.get(`${name} journal`) ?? '').split('\n');
  const answers = Object.keys(step.ask ?? {}).map((label) => [
    label,
    said.get(`${name} answers.${label}`) ?? '',
  ]);
  return {
    code: Number(lines.at(-1)),
    journal: lines.slice(0, -1),
    answers: Object.fromEntries(answers),
  };
}

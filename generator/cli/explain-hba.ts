import { rule } from '../diagnostics/rule.ts';
import type { Result } from '../model/diagnostic.ts';
import { succeed } from '../model/diagnostic.ts';
import type { Site } from '../model/site.ts';
import { hbaContext, LIVE_ROLES, type LiveRole } from '../modules/pgsql/access/hba/context.ts';
import { printRecord } from '../modules/pgsql/access/hba/print.ts';
import { type HbaQuestion, type HbaVerdict, hbaVerdict } from '../modules/pgsql/access/hba/verdict.ts';
import { clusterMembers, clusters, type PgsqlMember } from '../modules/pgsql/members.ts';
import { isHostIp } from '../text/address.ts';
import { type CommonOptions, Run } from './run.ts';

export type ExplainHbaFlags = CommonOptions & {
  readonly cluster?: string;
  readonly user?: string;
  readonly db?: string;
  readonly from?: string;
  readonly tls?: boolean;
};

const rules = {
  missing: rule<{ missing: readonly string[] }>('explain/incomplete', {
    severity: 'error',
    message: ({ missing }) => `explain hba: missing options: ${missing.join(', ')}`,
    help: () => 'pigsty explain hba --cluster pg-test --user app --db app --from 10.10.10.50',
  }),
  from: rule<{ text: string }>('explain/address', {
    severity: 'error',
    message: ({ text }) => `\`${text}\` is neither an IPv4 address nor \`local\``,
  }),
  cluster: rule<{ name: string | undefined; known: readonly string[] }>('explain/cluster', {
    severity: 'error',
    message: ({ name }) =>
      name ? `cluster \`${name}\` not found` : 'more than one cluster: name one with --cluster',
    help: ({ known }) =>
      known.length > 0 ? `clusters: ${known.join(', ')}` : 'the inventory has no PostgreSQL cluster',
  }),
};

type Answer = {
  readonly member: string;
  readonly role: LiveRole;
  readonly server: 'postgres' | 'pgbouncer';
  readonly verdict: HbaVerdict;
};

/** `pigsty explain hba`: the rule that applies to a connection, in PostgreSQL and in PgBouncer, for each member and role. */
export async function runExplainHba(flags: ExplainHbaFlags): Promise<void> {
  const run = new Run({ ...flags, quiet: true });
  const question = run.unwrap(readQuestion(flags));
  const site = await run.site(undefined, flags);
  const members = run.unwrap(membersOf(site, flags.cluster));
  const answers = answer(question, members, site);
  run.print(flags.json ? JSON.stringify(toJson(question, answers), null, 2) : toText(answers));
}

function readQuestion({ user, db, from, tls }: ExplainHbaFlags): Result<HbaQuestion> {
  if (user === undefined || db === undefined || from === undefined) {
    const missing = Object.entries({ '--user': user, '--db': db, '--from': from });
    const names = missing.filter(([, value]) => value === undefined).map(([name]) => name);
    return { ok: false, diagnostics: [rules.missing.at(undefined, { missing: names })] };
  }
  if (from !== 'local' && !isHostIp(from))
    return { ok: false, diagnostics: [rules.from.at(undefined, { text: from })] };
  return succeed({ user, database: db, from, isTls: from !== 'local' && tls !== false });
}

function membersOf(site: Site, name: string | undefined): Result<readonly PgsqlMember[]> {
  const known = clusters(site).flatMap(([first]) => first?.cluster ?? []);
  const cluster = name ?? (known.length === 1 ? known[0] : undefined);
  const found = clusterMembers(site, cluster ?? '');
  return found.length > 0
    ? succeed(found)
    : { ok: false, diagnostics: [rules.cluster.at(undefined, { name, known })] };
}

function answer(question: HbaQuestion, members: readonly PgsqlMember[], site: Site): Answer[] {
  return members.flatMap((member) =>
    LIVE_ROLES.flatMap((role) =>
      (['postgres', 'pgbouncer'] as const).map((server) => ({
        member: member.instance,
        role,
        server,
        verdict: hbaVerdict(question, role, hbaContext(server, member, site)),
      })),
    ),
  );
}

/** Each decision once, with the members and roles that it applies to. */
function toText(answers: readonly Answer[]): string {
  const groups = new Map<string, Answer[]>();
  for (const one of answers) {
    const key = JSON.stringify([one.server, one.verdict]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((group) => decision(group, answers)).join('\n');
}

function decision(group: readonly Answer[], answers: readonly Answer[]): string {
  const [first] = group;
  if (!first) return '';
  const { server, verdict } = first;
  const isEverywhere = group.length === answers.filter((one) => one.server === server).length;
  const where = isEverywhere
    ? 'all members, as primary and as replica'
    : group.map(({ member, role }) => `${member} as ${role}`).join(', ');
  const outcome = verdict.method === 'reject' ? 'rejected' : `authenticates with ${verdict.method}`;
  const head = `${server.padEnd(9)}  ${outcome}  (${where})${unlessText(verdict)}`;
  if (verdict.record === undefined) return `${head}\n           no rule matches: the connection is rejected`;
  const { parameter, index, title } = verdict.source;
  const rule = index === undefined ? parameter : `${parameter}[${index}]`;
  return `${head}\n           ${printRecord(verdict.record)}\n           ${rule}${title ? `: ${title}` : ''}`;
}

function unlessText({ unless }: HbaVerdict): string {
  return unless ? `\n           unless the server knows the client by ${printRecord(unless)}` : '';
}

function toJson(question: HbaQuestion, answers: readonly Answer[]): object {
  const printed = answers.map(({ verdict, ...answer }) => ({ ...answer, verdict: printedVerdict(verdict) }));
  return { apiVersion: 'pigsty.io/v1', kind: 'HbaExplanation', question, answers: printed };
}

/** The record as its line in the file. */
function printedVerdict(verdict: HbaVerdict): object {
  const { method, record, unless } = verdict;
  const possible = unless && { unless: printRecord(unless) };
  return record
    ? { method, line: printRecord(record), source: verdict.source, ...possible }
    : { method, ...possible };
}

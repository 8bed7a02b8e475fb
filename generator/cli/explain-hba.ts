import { rule } from '../diagnostics/rule.ts';
import type { Result } from '../model/diagnostic.ts';
import { succeed } from '../model/diagnostic.ts';
import type { Site } from '../model/site.ts';
import { hbaContext, LIVE_ROLES, type LiveRole } from '../modules/pgsql/access/hba/context.ts';
import { showRecord } from '../modules/pgsql/access/hba/print.ts';
import { type HbaQuestion, type HbaVerdict, hbaVerdict } from '../modules/pgsql/access/hba/verdict.ts';
import { serversOf } from '../modules/pgsql/access/relay.ts';
import { serviceVerdict } from '../modules/pgsql/access/service-verdict.ts';
import { declaredServices } from '../modules/pgsql/access/services.ts';
import { accountNotes } from '../modules/pgsql/checks/known-accounts.ts';
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

type ServiceAnswers = {
  readonly service: string;
  readonly port: number;
  readonly server: Answer['server'];
  readonly answers: readonly Answer[];
};

const SERVERS = ['postgres', 'pgbouncer'] as const;

/**
 * `pigsty explain hba`: the rule that applies to a connection, in PostgreSQL and in PgBouncer, for each member and role, and
 * what services do.
 */
export async function runExplainHba(flags: ExplainHbaFlags): Promise<void> {
  const run = new Run({ ...flags, quiet: true });
  const question = run.unwrap(readQuestion(flags));
  const site = await run.site(undefined, flags);
  const members = run.unwrap(membersOf(site, flags.cluster));
  const answers = answer(question, members, site);
  const services = serviceAnswers(question, members, site);
  const [first] = members;
  const notes = first ? accountNotes(question, first, site) : [];
  run.print(
    flags.json
      ? JSON.stringify(toJson(question, answers, { services, notes }), null, 2)
      : [...toText(answers, services), ...notes.map((note) => `note: ${note}`)].join('\n'),
  );
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
      SERVERS.map((server) => ({
        member: member.instance,
        role,
        server,
        verdict: hbaVerdict(question, role, hbaContext(server, member, site)),
      })),
    ),
  );
}

/** What the servers of each service do with a client of its port; none for the Unix socket. */
function serviceAnswers(
  question: HbaQuestion,
  members: readonly PgsqlMember[],
  site: Site,
): ServiceAnswers[] {
  const [first] = members;
  if (!first || question.from === 'local') return [];
  return declaredServices(first.settings).flatMap((service) => {
    const answers = serversOf(service, members, site).flatMap(({ member, target: server }) =>
      LIVE_ROLES.map((role) => ({
        member: member.instance,
        role,
        server,
        verdict: serviceVerdict(question, service, { member, target: server }, role, site),
      })),
    );
    const [{ server } = { server: undefined }] = answers;
    return server ? [{ service: service.name, port: service.port, server, answers }] : [];
  });
}

/** Each decision once, with the members and roles that it applies to. */
function toText(answers: readonly Answer[], services: readonly ServiceAnswers[]): string[] {
  return [...decisions(answers), ...servicesText(answers, services)];
}

/** Services that answer as their servers do in one line, the others one by one. */
function servicesText(answers: readonly Answer[], services: readonly ServiceAnswers[]): string[] {
  const isAsServer = (one: ServiceAnswers) =>
    one.answers.every((answer) => answers.some((direct) => isSameAnswer(answer, direct)));
  const alike = (server: Answer['server']) => {
    const names = services.filter((one) => one.server === server && isAsServer(one)).map(nameOf);
    return names.length > 0 ? [`${'services'.padEnd(9)}  ${names.join(', ')}: as ${server}`] : [];
  };
  const others = services.filter((one) => !isAsServer(one));
  return [
    ...SERVERS.flatMap(alike),
    ...others.flatMap((one) => decisions(one.answers, `service ${nameOf(one)}, ${one.server}`)),
  ];
}

function nameOf({ service, port }: ServiceAnswers): string {
  return `${port} ${service}`;
}

function isSameAnswer(a: Answer, b: Answer): boolean {
  const [of, than] = [a, b].map(({ verdict: { method, ...rest }, ...where }) => {
    const source = 'source' in rest && method !== 'reject' ? rest.source : undefined;
    return JSON.stringify([where, method, source]);
  });
  return of === than;
}

function decisions(answers: readonly Answer[], label?: string): string[] {
  const groups = new Map<string, Answer[]>();
  for (const one of answers) {
    const key = JSON.stringify([one.server, one.verdict]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((group) => decision(group, answers, label));
}

function decision(group: readonly Answer[], answers: readonly Answer[], label?: string): string {
  const [first] = group;
  if (!first) return '';
  const { server, verdict } = first;
  const isEverywhere = group.length === answers.filter((one) => one.server === server).length;
  const where = isEverywhere
    ? `all ${label ? 'its ' : ''}members, as primary and as replica`
    : group.map(({ member, role }) => `${member} as ${role}`).join(', ');
  const outcome = verdict.method === 'reject' ? 'rejected' : `authenticates with ${verdict.method}`;
  const head = `${label ?? server.padEnd(9)}  ${outcome}  (${where})${unlessText(verdict)}`;
  if (verdict.record === undefined)
    return `${head}\n           no rule ${label ? 'lets a client in from there' : 'matches'}: the connection is rejected`;
  const { parameter, index, title } = verdict.source;
  const rule = index === undefined ? parameter : `${parameter}[${index}]`;
  return `${head}\n           ${showRecord(verdict.record)}\n           ${rule}${title ? `: ${title}` : ''}`;
}

function unlessText({ unless }: HbaVerdict): string {
  return unless ? `\n           unless the server knows the client by ${showRecord(unless)}` : '';
}

function toJson(
  question: HbaQuestion,
  answers: readonly Answer[],
  { services, notes }: { services: readonly ServiceAnswers[]; notes: readonly string[] },
): object {
  return {
    apiVersion: 'pigsty.io/v1',
    kind: 'HbaExplanation',
    question,
    answers: answers.map(printedAnswer),
    services: services.map((one) => ({ ...one, answers: one.answers.map(printedAnswer) })),
    notes,
  };
}

function printedAnswer({ verdict, ...answer }: Answer): object {
  return { ...answer, verdict: printedVerdict(verdict) };
}

/** The record as its line in the file. */
function printedVerdict(verdict: HbaVerdict): object {
  const { method, record, unless } = verdict;
  const possible = unless && { unless: showRecord(unless) };
  return record
    ? { method, line: showRecord(record), source: verdict.source, ...possible }
    : { method, ...possible };
}

import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readSite } from '../../generator/compile.ts';
import { selectMembers } from '../../generator/modules/pgsql/access/services.ts';
import { type PgsqlMember, pgsqlMembers } from '../../generator/modules/pgsql/members.ts';
import { mustRun } from '../support/process.ts';
import { seededRandom } from '../support/random.ts';
import { findMissing, JMESPATH } from '../support/requirements.ts';

/* Members that selectors of services choose, against JMESPath's reference implementation; questions from a seed. */
const missing = findMissing([{ tool: JMESPATH, package: 'python3-jmespath' }]);
const reason = missing.length > 0 ? ' (missing: python3-jmespath)' : '';
const SEARCH = fileURLToPath(new URL('selectors/search.py', import.meta.url));
const SEED = 11;
const COUNT = 200;

const random = seededRandom(SEED);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
const ROLES = ['replica', 'offline', 'standby', 'delayed'];

/** A cluster of one to five members, as an inventory. */
function makeCluster(): readonly PgsqlMember[] {
  const hosts = Array.from({ length: 1 + Math.floor(random() * 5) }, (_, index) => [
    `10.10.10.${index + 1}`,
    {
      pg_seq: index + 1,
      pg_role: index === 0 ? 'primary' : pick(ROLES),
      pg_offline_query: random() < 0.3,
      pg_weight: pick([0, 50, 100]),
      nodename: pick(['berlin-1', 'berlin-2', 'oslo-1']),
    },
  ]);
  const text = JSON.stringify({
    all: { children: { 'pg-x': { hosts: Object.fromEntries(hosts), vars: { pg_cluster: 'pg-x' } } } },
  });
  const site = readSite(text, 'generated.yml', 'generated');
  if (!site.ok) throw new Error(JSON.stringify(site.diagnostics));
  return pgsqlMembers(site.value);
}

function makeCondition(depth: number): string {
  if (depth > 0 && random() < 0.5) {
    const inner = () => makeCondition(depth - 1);
    return pick([
      () => `${inner()} && ${inner()}`,
      () => `(${inner()} || ${inner()})`,
      () => `!(${inner()})`,
    ])();
  }
  return pick([
    () => `pg_role == \`${pick(['primary', ...ROLES])}\``,
    () => `pg_role != '${pick(['primary', ...ROLES])}'`,
    () => `pg_role == \`"${pick(['primary', ...ROLES])}"\``,
    () => `pg_seq ${pick(['<', '<=', '==', '>=', '>', '!='])} \`${pick([0, 1, 2, 3, 9])}\``,
    () => `pg_weight ${pick(['<', '>='])} \`50\``,
    () => 'pg_offline_query',
    () => `pg_offline_query == \`${pick(['true', 'false'])}\``,
    () => `starts_with(nodename, '${pick(['berlin', 'oslo'])}')`,
    () => `contains(['primary', 'offline'], pg_role)`,
    () => `contains(nodename, '${pick(['-1', '-2'])}')`,
    () => 'not_there == `null`',
    () => 'length(pg_role) > `7`',
  ])();
}

function makeExpression(): string {
  const filter = () => `[? ${makeCondition(2)}]`;
  return pick([
    filter,
    filter,
    filter,
    () => '[]',
    () => '[*]',
    () => `[${pick(['0:1', '1:', ':2', '-1:', '::2', '::-1', '5:'])}]`,
    () => `${filter()} | [${pick(['0:1', '1:', '-1:'])}]`,
    () => `sort_by(@, &${pick(['pg_seq', 'pg_role', 'pg_weight'])})`,
    () => `reverse(${filter()})`,
    () => `sort_by(${filter()}, &pg_seq)[:1]`,
    () => `[? pg_seq == \`${pick([1, 2])}\`] || []`,
    () => '@',
  ])();
}

const questions = Array.from({ length: COUNT }, () => ({
  members: makeCluster(),
  expression: makeExpression(),
}));

describe.skipIf(missing.length > 0)(`selectors of services (seed ${SEED})${reason}`, () => {
  it(`choose the members that the reference chooses, in ${COUNT} questions`, async () => {
    const input = JSON.stringify(
      questions.map(({ members, expression }) => ({
        expression,
        members: members.map(({ host, role }) => ({ ...host.parameters.values, pg_role: role })),
      })),
    );
    const theirs: (number[] | null)[] = JSON.parse(await mustRun('/usr/bin/python3', [SEARCH], { input }));
    const differences = questions.flatMap(({ members, expression }, index) => {
      const service = { name: 'x', port: 6000, selector: expression };
      const ours = selectMembers(service, members).selected.map(({ seq }) => seq);
      const expected = theirs[index] ?? [];
      return JSON.stringify(ours) === JSON.stringify(expected) ? [] : [{ expression, ours, expected }];
    });
    expect(differences).toEqual([]);
    expect(theirs.filter((found) => found && found.length > 0).length).toBeGreaterThan(COUNT / 3);
    expect(new Set(questions.map(({ expression }) => expression)).size).toBeGreaterThan(COUNT / 3);
  });
});

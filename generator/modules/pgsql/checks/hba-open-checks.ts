import { rule } from '../../../diagnostics/rule.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Path } from '../../../model/origin.ts';
import { coversNetwork } from '../../../text/address.ts';
import type { HbaLine } from '../../../text/hba-line.ts';
import type { HbaContext } from '../access/hba/context.ts';
import { listsOf } from '../access/hba/groups.ts';
import { ruleRecords } from '../access/hba/records.ts';
import { matchesUser, rolesOf } from '../access/hba/verdict.ts';
import { allUsers } from '../access/users.ts';
import type { HbaRule } from '../params/schemas.ts';

type Words = { readonly server: string; readonly from: string; readonly superuser: string | undefined };

function trustMessage({ server, from, superuser }: Words): string {
  return superuser === undefined
    ? `${server} accepts connections from ${from} without a password`
    : `${server} accepts connections from ${from} without a password, also of superuser ${superuser}`;
}

function trustHelp({ superuser }: Words): string {
  return superuser === undefined
    ? 'use `auth: ssl` or `auth: pwd`, and the smallest possible `addr`'
    : 'any program there can read, change and run everything on the server: use `auth: ssl` or `auth: pwd`';
}

const rules = {
  trustWorld: rule<Words>('pgsql/trust-world', {
    severity: 'warning',
    message: trustMessage,
    label: () => '`trust` for all addresses',
    help: trustHelp,
  }),
  trustNetwork: rule<Words>('pgsql/trust-network', {
    severity: 'warning',
    message: trustMessage,
    label: () => '`trust` for a network',
    help: trustHelp,
  }),
  openWorld: rule<{ server: string }>('pgsql/open-world', {
    severity: 'warning',
    message: ({ server }) => `${server} accepts connections of all users from any address, without TLS`,
    label: () => 'all users, all addresses',
    help: () => 'name the users, use `auth: ssl`, or use a smaller `addr`',
  }),
};

/** Rules that let in more clients than they should; `isShadowed`: rules of the cluster that never match let nobody in. */
export function checkOpenRules(context: HbaContext, isShadowed: (index: number) => boolean): Diagnostic[] {
  const { parameters } = context.member.host;
  const [defaults, own] = listsOf(context);
  return [defaults, own].flatMap(([parameter, list]) => {
    if (!parameters.place(parameter)) return [];
    return list.flatMap((one, index) => {
      if (parameter === own[0] && isShadowed(index)) return [];
      return linesOf(one, context).flatMap(({ path, lines }) =>
        openTo(lines, context).map(({ rule: found, words }) =>
          found.at(parameters.place(parameter, [index, ...path]), words),
        ),
      );
    });
  });
}

/** The records of a rule; each raw line has a place of its own. */
function linesOf(one: HbaRule, context: HbaContext): { path: Path; lines: HbaLine[] }[] {
  const records = ruleRecords(one, context);
  if (!one.rules) return [{ path: [], lines: records.flatMap(({ line }) => line ?? []) }];
  return records.map(({ line }, index) => ({ path: ['rules', index], lines: line ? [line] : [] }));
}

const WORLD = ['all', '0.0.0.0/0', '::/0'];

function openTo(lines: readonly HbaLine[], context: HbaContext) {
  const { target: server } = context;
  const trusting = lines.filter(({ method, address }) => method === 'trust' && !isOwn(address));
  const first = trusting[0];
  if (first) {
    const isWorld = trusting.some(({ address = '' }) => WORLD.includes(address));
    const places = [...new Set(trusting.flatMap(({ address }) => address ?? []))];
    const from = isWorld ? 'any address' : places.join(', ');
    const words = { server, from, superuser: superuserOf(first, context) };
    return [{ rule: isWorld ? rules.trustWorld : rules.trustNetwork, words }];
  }
  const isOpen = lines.some(
    ({ type, users, address = '', method }) =>
      ['host', 'hostnossl'].includes(type) &&
      WORLD.includes(address) &&
      !['reject', 'trust'].includes(method) &&
      users.some(({ text, isQuoted }) => text === 'all' && !isQuoted),
  );
  return isOpen ? [{ rule: rules.openWorld, words: { server, from: '', superuser: undefined } }] : [];
}

/** The socket, or an address of the server itself. */
function isOwn(address: string | undefined): boolean {
  return (
    address === undefined ||
    ['::1/128', 'samehost', 'localhost'].includes(address) ||
    coversNetwork('127.0.0.0/8', address)
  );
}

/** The first superuser that a record lets in. */
function superuserOf({ users }: HbaLine, context: HbaContext): string | undefined {
  const { settings } = context.member;
  const declared = allUsers(settings).filter(({ superuser }) => superuser === true);
  return [settings.pg_dbsu, ...declared.map(({ name }) => name)].find((name) => {
    const roles = rolesOf(name, context);
    return users.some((word) => matchesUser(word, name, (role) => roles.has(role)));
  });
}

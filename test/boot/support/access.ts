import { readFileSync } from 'node:fs';
import { readSite } from '../../../generator/compile.ts';
import { hbaContext } from '../../../generator/modules/pgsql/access/hba/context.ts';
import { hbaVerdict } from '../../../generator/modules/pgsql/access/hba/verdict.ts';
import { serversOf } from '../../../generator/modules/pgsql/access/relay.ts';
import { serviceVerdict } from '../../../generator/modules/pgsql/access/service-verdict.ts';
import { declaredServices } from '../../../generator/modules/pgsql/access/services.ts';
import { clusterMembers, type PgsqlMember } from '../../../generator/modules/pgsql/members.ts';
import type { LabClient } from '../../support/lab.ts';

export type Login = { readonly user: string; readonly password: string };

/** An address of the client, and an address of the node in the same network: the kernel connects from the one to the other. */
export type Route = { readonly from: string; readonly to: string };

type Try = Login & Route & { readonly port: number; readonly isTls: boolean; readonly expected: string };

const REJECTED =
  /no pg_hba.conf entry|pg_hba.conf rejects|login rejected|no authentication method|closed the connection|Connection reset/;

/**
 * Connects to all ports of a cluster, those of services included, as each user from each address, with TLS and without. The
 * connections that differ from what `explain hba` says of them; `role` is that of `primary`, the member that answers.
 */
export async function accessDifferences(
  inventory: string,
  cluster: string,
  primary: number,
  client: LabClient,
  database: string,
  logins: readonly Login[],
  routes: readonly Route[],
): Promise<readonly string[]> {
  const site = readSite(readFileSync(inventory, 'utf8'), inventory, 'site');
  if (!site.ok) throw new Error(JSON.stringify(site.diagnostics));
  const members = clusterMembers(site.value, cluster);
  const member = members.find(({ seq }) => seq === primary) as PgsqlMember;
  const { settings } = member;
  const questions = logins.flatMap((login) =>
    routes.flatMap((route) =>
      [true, false].map((isTls) => ({
        ...login,
        ...route,
        isTls,
        question: { user: login.user, database, from: route.from, isTls },
      })),
    ),
  );
  const hasTls = { postgres: true, pgbouncer: settings.pgbouncer_sslmode !== 'disable' };
  const questionsTo = (target: keyof typeof hasTls) =>
    questions.filter(({ isTls }) => !isTls || hasTls[target]);
  const direct = ([port, target]: readonly [number, 'postgres' | 'pgbouncer']): Try[] =>
    questionsTo(target).map(({ question, ...one }) => {
      const { method } = hbaVerdict(question, 'primary', hbaContext(target, member, site.value));
      return { ...one, port, expected: method };
    });
  const services = declaredServices(settings).flatMap((service): Try[] => {
    const server = serversOf(service, members, site.value).find((one) => one.member === member);
    // The member is a primary: services of replicas lead elsewhere, or nowhere.
    if (!server || service.check !== '/primary') return [];
    return questionsTo(server.target).map(({ question, ...one }) => {
      const { method } = serviceVerdict(question, service, server, 'primary', site.value);
      return { ...one, port: service.port, expected: method };
    });
  });
  const tries = [
    ...direct([settings.pg_port, 'postgres']),
    ...direct([settings.pgbouncer_port, 'pgbouncer']),
    ...services,
  ];
  const answers: string[] = [];
  for (const one of tries) answers.push(await connect(client, one, database));
  return tries.flatMap((one, index) => {
    const answer = answers[index] ?? '';
    const isRejected = REJECTED.test(answer);
    if (isRejected === (one.expected === 'reject')) return [];
    const { user, from, port, isTls, expected } = one;
    return [`${user} from ${from} to ${port}${isTls ? ', TLS' : ''}: ${expected}, but: ${answer}`];
  });
}

async function connect(client: LabClient, { user, password, to, port, isTls }: Try, database: string) {
  const mode = isTls ? 'require' : 'disable';
  const place = `host=${to} port=${port} dbname=${database} user=${user} sslmode=${mode} connect_timeout=5`;
  const { code, stdout, stderr } = await client.exec([
    'env',
    `PGPASSWORD=${password}`,
    'psql',
    '-XAtq',
    place,
    '-c',
    'select 1',
  ]);
  return (code === 0 ? stdout : stderr).trim();
}

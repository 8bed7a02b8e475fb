import type { Site } from '../../../model/site.ts';
import { coversNetwork, splitCidr } from '../../../text/address.ts';
import { clusterMembers } from '../members.ts';
import type { PgService } from '../params/schemas.ts';
import { hbaContext, type LiveRole } from './hba/context.ts';
import { isTrusting } from './hba/sources.ts';
import { type HbaQuestion, type HbaVerdict, hbaVerdict } from './hba/verdict.ts';
import { type ServiceServer, type Way, type Ways, waysOf } from './relay.ts';
import { serviceHosts } from './services.ts';

/** The rule that applies to a client of a service, on one of its servers with this current role. */
export function serviceVerdict(
  question: HbaQuestion,
  service: PgService,
  { member, target }: ServiceServer,
  role: LiveRole,
  site: Site,
): HbaVerdict {
  const members = clusterMembers(site, member.cluster);
  const ways = waysOf(service, members, site);
  const way = ways ? wayFrom(question.from, ways) : 'direct';
  if (way === 'refused') return { method: 'reject', record: undefined };
  const context = hbaContext(target, member, site);
  const [proxy] = serviceHosts(members, site);
  if (way === 'direct') return hbaVerdict({ ...question, from: proxy?.ip ?? question.from }, role, context);
  // Rules whose addresses only the server knows do not apply to clients of services.
  const { unless, ...verdict } = hbaVerdict(question, role, context);
  // Its clients cannot be told from those of the loopback interface (print.ts).
  if (unless?.line?.address === 'samenet') return { method: 'reject', record: undefined };
  return verdict.record && isTrusting(verdict.method) ? { ...verdict, method: 'reject' } : verdict;
}

/** The way of the smallest network that contains the address. */
function wayFrom(address: string, ways: Ways): Way {
  const containing = [...ways].filter(([network]) => coversNetwork(network, address));
  const [smallest] = containing.sort(([a], [b]) => splitCidr(b).length - splitCidr(a).length);
  return smallest?.[1] ?? 'refused';
}

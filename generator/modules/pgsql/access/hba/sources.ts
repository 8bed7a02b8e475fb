import { coversNetwork, networkAddress, networkFinder } from '../../../../text/address.ts';
import { sha256Of } from '../../../../text/digest.ts';
import { isOfServer } from '../../../../text/hba-address.ts';
import { printHbaLine } from '../../../../text/hba-line.ts';
import type { HbaContext } from './context.ts';
import { type HbaSource, hbaGroups, listsOf } from './groups.ts';
import type { HbaRecord } from './records.ts';

/** A record for connections over TCP, with the rule that it is from. */
export type SourceRecord = {
  /** Equal for the records of one rule that differ by their addresses only. */
  readonly id: string;
  readonly source: HbaSource;
  readonly record: HbaRecord;
  readonly method: string;
  readonly address: string;
};

/** Networks whose clients meet the same rules, and the address that stands for them. */
export type SourceClass = {
  readonly address: string;
  readonly networks: readonly string[];
  readonly records: ReadonlySet<HbaRecord>;
};

export const WORLD = '0.0.0.0/0';
const LOOPBACK = '127.0.0.0/8';
/** The addresses that stand for others; the only program that uses them is a relay on the same host. */
export const RELAY_NETWORK = '127.77.0.0/16';

/**
 * Whether a method asks for no proof. Any account on a server's host could connect from the addresses of its relay:
 * through a relay, clients with such a rule are rejected.
 */
export function isTrusting(method: string): boolean {
  return method === 'trust' || method === 'ident';
}

/** Whether the address is a word such as `samenet` or a host name, so that only the server knows what it matches. */
export function isKnownToServerOnly({ address }: SourceRecord): boolean {
  return isOfServer(address);
}

/** What the rules of a server say about the addresses of clients: the records over TCP, but for those of Citus. */
export class SourceTable {
  readonly records: readonly SourceRecord[];
  /** The networks that the records name, without those of the loopback interface. */
  readonly networks: readonly string[];
  /** Those that do not apply, or may not apply, to clients of services. */
  readonly exceptions: readonly SourceRecord[];
  readonly hasUnknown: boolean;
  /** Finds networks that the records name, by their numbers; `#recordsOf` has the numbers of the records of each. */
  readonly #find: (address: string) => readonly number[];
  readonly #recordsOf: readonly (readonly number[])[];
  readonly #byAddress = new Map<string, Matching>();
  readonly #byNetworks = new Map<string, Matching>();
  readonly #keys = new Map<string, number>();
  #classes: readonly SourceClass[] | undefined;

  constructor(records: readonly SourceRecord[]) {
    this.records = records;
    this.hasUnknown = records.some(isKnownToServerOnly);
    this.exceptions = records.filter((record) => isKnownToServerOnly(record) || isTrusting(record.method));
    const byNetwork = new Map<string, number[]>();
    for (const [index, record] of records.entries()) {
      const network = networkOf(record);
      if (network === undefined) continue;
      const known = byNetwork.get(network);
      if (known) known.push(index);
      else byNetwork.set(network, [index]);
    }
    const named = [...byNetwork.keys()];
    this.#recordsOf = [...byNetwork.values()];
    this.networks = named.filter((network) => !coversNetwork(LOOPBACK, network));
    this.#find = networkFinder(named);
  }

  /** Equal for two addresses or networks whose connections meet the same rules of this table. */
  keyOf(address: string): number {
    return this.#matching(address).key;
  }

  /** Whether a record may let a connection in. */
  letsIn(address: string): boolean {
    return this.#matching(address).records.some(({ method }) => method !== 'reject');
  }

  /** Those that may let somebody in. */
  get classes(): readonly SourceClass[] {
    this.#classes ??= this.#makeClasses();
    return this.#classes;
  }

  #makeClasses(): readonly SourceClass[] {
    const byKey = new Map<number, { networks: string[]; records: ReadonlySet<HbaRecord> }>();
    for (const network of this.networks) {
      if (!this.letsIn(network)) continue;
      const { key, records } = this.#matching(network);
      const known = byKey.get(key);
      if (known) known.networks.push(network);
      else byKey.set(key, { networks: [network], records: new Set(records.map(({ record }) => record)) });
    }
    const used = new Set<string>();
    return [...byKey.values()].map((one) => ({ ...one, address: classAddress([...one.records], used) }));
  }

  #matching(address: string): Matching {
    const known = this.#byAddress.get(address) ?? this.#findMatching(address);
    this.#byAddress.set(address, known);
    return known;
  }

  #findMatching(address: string): Matching {
    const found = this.#find(address);
    const indices = found.join();
    const known = this.#byNetworks.get(indices);
    if (known) return known;
    const numbers = new Set(found.flatMap((network) => this.#recordsOf[network] ?? []));
    const records = [...numbers].sort((a, b) => a - b).flatMap((number) => this.records[number] ?? []);
    const text = [...new Set(records.map(({ id }) => id))].join('\n');
    const key = this.#keys.get(text) ?? this.#keys.size;
    this.#keys.set(text, key);
    const matching = { records, key };
    this.#byNetworks.set(indices, matching);
    return matching;
  }
}

type Matching = { readonly records: readonly SourceRecord[]; readonly key: number };

/** The network of a record; undefined where only the server knows it. */
export function networkOf(record: SourceRecord): string | undefined {
  const address = record.address === 'all' ? WORLD : record.address;
  return coversNetwork(WORLD, address) ? networkAddress(address) : undefined;
}

/**
 * An address that follows from the rules themselves. While HAProxy already has a new configuration and the server not yet,
 * no address may mean other rules than before: a class whose rules change has a new address, which nobody lets in.
 */
function classAddress(records: readonly HbaRecord[], used: Set<string>): string {
  const rules = records.map(({ line }) => line && printHbaLine({ ...line, address: '' }));
  for (
    let number = Number.parseInt(sha256Of([...new Set(rules)].join('\n')).slice(0, 4), 16);
    ;
    number += 1
  ) {
    const address = `127.77.${(number >> 8) & 255}.${number & 255}`;
    if (used.has(address)) continue;
    used.add(address);
    return address;
  }
}

const tables = new WeakMap<object, Map<string, SourceTable>>();

/** The table of a member's server; members with the same rules share it. */
export function sourceTable(context: HbaContext): SourceTable {
  const [[, defaults], [, own]] = listsOf(context);
  const found = tables.get(defaults) ?? new Map<string, SourceTable>();
  tables.set(defaults, found);
  // A rule for `cluster` is another one in each cluster.
  const isOfCluster = [...defaults, ...own].some(({ addr }) => addr === 'cluster');
  const ips = isOfCluster ? context.members.map(({ host }) => host.ip) : [];
  const rules = [numberOf(own), context.key, ...ips].join('\0');
  const { settings, role } = context.member;
  const key = `${rules}\0${role}\0${settings.pg_offline_query}`;
  const table = found.get(key) ?? shared(rules, sourceRecords(context), found);
  found.set(key, table);
  return table;
}

/** Members of other roles may have the same records of these rules. */
function shared(
  rules: string,
  records: readonly SourceRecord[],
  found: Map<string, SourceTable>,
): SourceTable {
  const key = [rules, ...records.map(({ id, address }) => `${id} ${address}`)].join('\n');
  const table = found.get(key) ?? new SourceTable(records);
  found.set(key, table);
  return table;
}

const numbers = new WeakMap<object, number>();
let next = 0;

function numberOf(list: object): number {
  const known = numbers.get(list) ?? next++;
  numbers.set(list, known);
  return known;
}

function sourceRecords(context: HbaContext): readonly SourceRecord[] {
  return [...hbaGroups(context)].flatMap(({ source, records }, group) =>
    source.parameter === 'pg_shard' ? [] : records.flatMap((record) => sourceRecord(record, source, group)),
  );
}

function sourceRecord(record: HbaRecord, source: HbaSource, group: number): readonly SourceRecord[] {
  const { line } = record;
  if (line?.address === undefined) return [];
  const { method, address } = line;
  return [{ id: `${group} ${printHbaLine({ ...line, address: '' })}`, source, record, method, address }];
}

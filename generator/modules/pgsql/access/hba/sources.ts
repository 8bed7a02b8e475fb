import { coversNetwork, networkAddress } from '../../../../text/address.ts';
import { printHbaLine } from '../../../../text/hba-line.ts';
import type { HbaContext } from './context.ts';
import { coversAddress } from './covers.ts';
import { hbaGroups } from './groups.ts';
import type { HbaRecord } from './records.ts';

/** A record for connections over TCP, with the rule that it is from. */
export type SourceRecord = {
  /** Equal for the records of one rule that differ by their addresses only. */
  readonly id: string;
  readonly record: HbaRecord;
  readonly address: string;
  readonly isReject: boolean;
};

/** Networks whose clients meet the same rules, and the address that stands for them. */
export type SourceClass = {
  readonly address: string;
  readonly networks: readonly string[];
  readonly records: readonly SourceRecord[];
};

export const WORLD = '0.0.0.0/0';

/** What the records say without their addresses; records are shared by members. */
const contents = new WeakMap<HbaRecord, string>();

/** The records over TCP of a member, but for those of Citus, which its servers use without services. */
export function sourceRecords(context: HbaContext): readonly SourceRecord[] {
  return [...hbaGroups(context)].flatMap(({ source, records }, group) =>
    source.parameter === 'pg_shard' ? [] : records.flatMap((record) => sourceRecord(record, group)),
  );
}

function sourceRecord(record: HbaRecord, group: number): readonly SourceRecord[] {
  const { line } = record;
  if (line?.address === undefined) return [];
  const content = contents.get(record) ?? printHbaLine({ ...line, address: '' });
  contents.set(record, content);
  return [{ id: `${group} ${content}`, record, address: line.address, isReject: line.method === 'reject' }];
}

/** The networks that the records name; words such as `samenet` and host names are none. */
export function sourceNetworks(records: readonly SourceRecord[]): readonly string[] {
  const named = records.map(({ address }) => (address === 'all' ? WORLD : address));
  return [...new Set(named.filter((address) => coversNetwork(WORLD, address)).map(networkAddress))];
}

/** The records for connections from an address or a network. */
export function recordsFrom(address: string, records: readonly SourceRecord[]): readonly SourceRecord[] {
  return records.filter((record) => coversAddress(record.address, address));
}

/** Equal for two addresses whose connections meet the same rules. */
export function sourceKey(records: readonly SourceRecord[]): string {
  return [...new Set(records.map(({ id }) => id))].join('\n');
}

/** Whether one of the records may let a connection in. */
export function letsIn(records: readonly SourceRecord[]): boolean {
  return records.some(({ isReject }) => !isReject);
}

/** Whether what an address matches is known when the rules are made; `samenet` and host names are not. */
export function hasUnknownAddress(records: readonly SourceRecord[]): boolean {
  return records.some(({ address }) => address !== 'all' && !coversNetwork(WORLD, address));
}

/**
 * Whether a method asks for no proof. Any account on a server's host could connect from the addresses of its relay:
 * through a relay, clients with such a rule are rejected.
 */
export function isTrusting(method: string): boolean {
  return method === 'trust' || method === 'ident';
}

import { describe, expect, it } from 'vitest';
import type { HostIp } from '../../generator/model/brand.ts';
import {
  type Channel,
  electionSeconds,
  Facts,
  NodeName,
  offer,
  StoreElection,
} from '../../generator/model/facts.ts';
import { isHostIp } from '../../generator/text/address.ts';

function ip(text: string): HostIp {
  if (!isHostIp(text)) throw new Error(text);
  return text;
}

const [one, two] = [ip('10.10.10.10'), ip('10.10.10.11')];

describe('facts', () => {
  const facts = new Facts([
    offer(NodeName, [{ ip: one, name: 'a', cluster: 'nodes' }]),
    offer(StoreElection, [{ seconds: 1 }]),
    offer(NodeName, [
      { ip: two, name: 'b', cluster: 'nodes' },
      { ip: one, name: 'c', cluster: 'nodes' },
    ]),
  ]);

  it('of several modules on one channel are all kept, in the order of the offers', () => {
    expect(facts.all(NodeName).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('are found by their host', () => {
    expect(facts.of(NodeName, one).map(({ name }) => name)).toEqual(['a', 'c']);
    expect(facts.of(NodeName, ip('10.10.10.12'))).toEqual([]);
  });

  it('of a channel without offers are none', () => {
    const silent: Channel<{ readonly ip: HostIp }> = { name: 'silent' };
    expect(facts.all(silent)).toEqual([]);
    expect(facts.of(silent, one)).toEqual([]);
  });

  it('of two channels with one name do not mix', () => {
    const twin: Channel<{ readonly ip: HostIp; readonly name: string }> = { name: NodeName.name };
    expect(facts.all(twin)).toEqual([]);
  });

  it('give the time without a leader of the store: the longest one, 0 without a store', () => {
    expect(electionSeconds(facts)).toBe(1);
    expect(electionSeconds(new Facts([]))).toBe(0);
    expect(electionSeconds(new Facts([offer(StoreElection, [{ seconds: 2 }, { seconds: 5 }])]))).toBe(5);
  });
});

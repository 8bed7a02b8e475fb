import { describe, expect, it } from 'vitest';
import {
  mergeArguments,
  optionName,
  splitArguments,
  withoutVariables,
} from '../../generator/text/arguments.ts';

describe('arguments of an inventory', () => {
  it.each([
    ['', []],
    ['  --a  --b=1\n--c ', ['--a', '--b=1', '--c']],
    [`--x="^/(a|b) c$" '--y=it is' --z=a'b c'd`, ['--x=^/(a|b) c$', '--y=it is', '--z=ab cd']],
  ])('are separated as a shell does: %s', (text, words) => {
    expect(splitArguments(text)).toEqual(words);
  });

  it('replace those of the product', () => {
    const own = ['--log.level=warn', '--no-collector.systemd', '--path=/m'];
    expect(mergeArguments(own, ['--collector.systemd', '--log.level=info'])).toEqual([
      '--path=/m',
      '--collector.systemd',
      '--log.level=info',
    ]);
  });

  it('have names, and no variables for systemd', () => {
    expect(['--storage.tsdb.path=/a', '-h', 'word'].map(optionName)).toEqual([
      'storage.tsdb.path',
      'h',
      undefined,
    ]);
    expect(withoutVariables(['--a=$HOME', '--b'])).toEqual(['--a=$$HOME', '--b']);
  });
});

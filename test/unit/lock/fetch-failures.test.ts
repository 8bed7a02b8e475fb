import { expect, it } from 'vitest';
import { explainFailures, type Failure } from '../../../generator/lock/fetch-failures.ts';
import { sha256Of } from '../../../generator/text/digest.ts';

function failure(name: string, reason: string, isOwn = true, archive = 'debian'): Failure {
  const path = `pool/main/${name}_1_amd64.deb`;
  const sha256 = sha256Of(name);
  return {
    package: { name, version: '1', arch: 'amd64', size: 10, sha256, archive, path, askedBy: 'dependency' },
    reason,
    isOwn,
  };
}

const messages = (failures: readonly Failure[]) =>
  explainFailures(failures, '/cache', { base: ['a', 'b'] }).map(({ code, message }) => `${code}: ${message}`);

it('one message for each archive and cause, however many packages there are', () => {
  const changed = Array.from({ length: 117 }, (_, index) => failure(`p${index}`, 'Hash Sum mismatch'));
  const others = [
    failure('x', 'Hash Sum mismatch', true, 'security'),
    failure('a', '404  Not Found'),
    failure('b', 'File not found'),
  ];
  expect(messages([...changed, ...others])).toEqual([
    'fetch/wrong-hash: checksum mismatch: p0_1_amd64.deb and 116 more from archive debian is not the locked file',
    'fetch/wrong-hash: checksum mismatch: x_1_amd64.deb from archive security is not the locked file',
    'fetch/superseded: archive debian no longer has a_1_amd64.deb and 1 more, which image base needs',
  ]);
});

it('packages that were not tried because of another one are not named', () => {
  const failures = [failure('a', 'Hash Sum mismatch'), failure('b', 'Hash Sum mismatch', false)];
  expect(messages(failures)).toHaveLength(1);
  expect(messages(failures)[0]).toContain('a_1_amd64.deb from');
  expect(messages([failure('b', 'Connection refused', false)])).toHaveLength(1);
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from './process.ts';

/** A client certificate of the site's CA, as files `<name>.crt` and `<name>.key` in `directory`. */
export async function makeClient(pki: string, directory: string, name: string): Promise<void> {
  const path = (ending: string) => join(directory, `${name}.${ending}`);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', path('key')];
  await mustRun('openssl', ['req', ...key, '-out', path('csr'), '-subj', `/CN=${name}`]);
  writeFileSync(path('ext'), `subjectAltName=DNS:${name}\n`);
  const signing = ['-CA', join(pki, 'ca.crt'), '-CAkey', join(pki, 'ca.key'), '-CAcreateserial'];
  const files = ['-in', path('csr'), '-extfile', path('ext'), '-out', path('crt'), '-days', '2'];
  await mustRun('openssl', ['x509', '-req', ...files, ...signing, '-CAserial', path('srl')]);
}

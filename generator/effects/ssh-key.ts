import { generateKeyPairSync } from 'node:crypto';
import type { SshKey } from '../model/keys.ts';

const CURVE = 'nistp256';
const TYPE = `ecdsa-sha2-${CURVE}`;

/** A key pair in the two forms that OpenSSH reads: PKCS #8, and RFC 5656 section 3.1 in base64. */
export function makeSshKey(comment: string): SshKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  // 4: both coordinates follow, uncompressed.
  const point = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  const blob = Buffer.concat([TYPE, CURVE, point].flatMap(sshString)).toString('base64');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    line: `${TYPE} ${blob} ${comment}`,
  };
}

/** RFC 4251 section 5: the length in four bytes, then the bytes. */
function sshString(value: string | Uint8Array): Uint8Array[] {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return [length, bytes];
}

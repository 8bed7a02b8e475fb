import { createPublicKey, generateKeyPairSync } from 'node:crypto';

const CURVE = 'nistp256';
const TYPE = `ecdsa-sha2-${CURVE}`;

/** A private key that OpenSSH reads: P-256, PEM of PKCS #8. */
export function makeSshKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Its public part as in authorized_keys, without a comment (RFC 5656 section 3.1). Throws if it is not such a key. */
export function sshKeyLine(privateKey: string): string {
  const { crv, x = '', y = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  if (crv !== 'P-256') throw new Error('not a P-256 key');
  // 4: both coordinates follow, uncompressed.
  const point = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  return `${TYPE} ${Buffer.concat([TYPE, CURVE, point].flatMap(sshString)).toString('base64')}`;
}

/** RFC 4251 section 5: the length in four bytes, then the bytes. */
function sshString(value: string | Uint8Array): Uint8Array[] {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return [length, bytes];
}

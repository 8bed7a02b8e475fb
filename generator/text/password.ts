import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

/*
 * Password verifiers as PostgreSQL stores them. Node's crypto computes them; this file has the layout of RFC 5802 and
 * RFC 7677 (SCRAM-SHA-256) and of PostgreSQL's pg_authid.rolpassword (manual, 51.8).
 * A verifier is the same in PostgreSQL and in pgbouncer's userlist, so the clear text never reaches a node.
 */
const ITERATIONS = 4096;

/** PostgreSQL's normalisation of a password before hashing (manual, 20.5). */
export type Saslprep = (password: string) => string;

/**
 * SASLprep for these passwords; a password that it rejects is used unchanged. ASCII never changes: if all passwords are
 * ASCII, the library's tables are not loaded, which saves 20 ms.
 */
export async function loadSaslprep(passwords: Iterable<string>): Promise<Saslprep> {
  if ([...passwords].every((one) => Buffer.byteLength(one) === one.length)) return (password) => password;
  const { saslprep } = await import('@mongodb-js/saslprep');
  return (password) => {
    try {
      return saslprep(password);
    } catch {
      return password;
    }
  };
}

/** True for text that PostgreSQL accepts as an already hashed password. */
export function isVerifier(text: string): boolean {
  return /^SCRAM-SHA-256\$\d+:[^$]+\$[^:]+:[^:]+$/.test(text) || isMd5Verifier(text);
}

/** True for an md5 hash with PostgreSQL's prefix. */
export function isMd5Verifier(text: string): boolean {
  return /^md5[0-9a-f]{32}$/.test(text);
}

/** `SCRAM-SHA-256$4096:<salt>$<StoredKey>:<ServerKey>`; `salt` is 16 bytes. */
export function scramVerifier(password: string, salt: Uint8Array, saslprep: Saslprep): string {
  const salted = pbkdf2Sync(saslprep(password), salt, ITERATIONS, 32, 'sha256');
  const clientKey = hmac(salted, 'Client Key');
  const storedKey = createHash('sha256').update(clientKey).digest('base64');
  const serverKey = hmac(salted, 'Server Key').toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${Buffer.from(salt).toString('base64')}$${storedKey}:${serverKey}`;
}

/** `md5` and the hex digest of password and role name. */
export function md5Verifier(password: string, role: string): string {
  return `md5${createHash('md5').update(password).update(role).digest('hex')}`;
}

/** A salt that depends on site, role and password only, so that the same input gives the same bytes. */
export function reproducibleSalt(siteKey: Uint8Array, role: string, password: string): Uint8Array {
  return createHmac('sha256', siteKey).update(`salt\0${role}\0${password}`).digest().subarray(0, 16);
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

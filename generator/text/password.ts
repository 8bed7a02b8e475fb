import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

/*
 * Password verifiers as PostgreSQL stores them. Node's crypto does the work; what is here is the layout of RFC 5802
 * and RFC 7677 (SCRAM-SHA-256) and of PostgreSQL's pg_authid.rolpassword (manual, 51.8).
 * A verifier is the same in PostgreSQL and in pgbouncer's userlist, so the clear text never reaches a node.
 */
const ITERATIONS = 4096;

/** What PostgreSQL makes of a password before it hashes it (manual, 20.5). */
export type Saslprep = (password: string) => string;

/**
 * SASLprep for these passwords; one that it refuses is used as it is. ASCII stays as it is: without anything else the
 * library's tables, 20 ms, are not loaded.
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

/** True for what PostgreSQL takes as an already hashed password. */
export function isVerifier(text: string): boolean {
  return /^SCRAM-SHA-256\$\d+:[^$]+\$[^:]+:[^:]+$/.test(text) || /^md5[0-9a-f]{32}$/.test(text);
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

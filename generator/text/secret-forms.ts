import { createHmac } from 'node:crypto';
import { assertNever, Unreachable } from '../model/brand.ts';
import type { SecretRef, Secrets } from '../model/secret.ts';
import { isVerifier, md5Verifier, reproducibleSalt, type Saslprep, scramVerifier } from './password.ts';
import { sha512Crypt } from './sha512-crypt.ts';

/** The data that turns secrets into text. */
export type SecretForms = {
  readonly secrets: Secrets;
  readonly siteKey: Uint8Array;
  readonly saslprep: Saslprep;
};

/** The secret in the requested form. Throws only on a bug (an unknown name). */
export function revealSecret(ref: SecretRef, forms: SecretForms): string {
  const { secrets, siteKey } = forms;
  if (ref.as === 'derived') return derive(ref.$secret, siteKey);
  if (ref.as === 'derived-crypt') return crypt(ref, derive(ref.$secret, siteKey), siteKey);
  const value = secrets.get(ref.$secret)?.text;
  if (value === undefined) throw new Unreachable(`no secret ${ref.$secret}`);
  switch (ref.as) {
    case 'plain':
      return value;
    case 'postgres-verifier':
      return verifier(ref, value, forms);
    case 'crypt':
      return crypt(ref, value, siteKey);
    case 'basic-auth':
      return Buffer.from(`${ref.user ?? ''}:${value}`).toString('base64');
    default:
      return assertNever(ref.as);
  }
}

/** The same salt at each build: the file changes when the password does. */
function crypt({ user = '' }: SecretRef, password: string, siteKey: Uint8Array): string {
  const salt = Buffer.from(reproducibleSalt(siteKey, user, password))
    .toString('hex')
    .slice(0, 16);
  return sha512Crypt(password, salt);
}

/** 256 bits: nobody guesses it, however cheap a guess is. */
function derive(name: string, siteKey: Uint8Array): string {
  return createHmac('sha256', siteKey).update(`derived\0${name}`).digest('base64url');
}

/** `<name:1a2b3c4d5e6f7a8b>`: shows that a secret changed, without revealing a weak one (the digest is keyed). */
export function stubSecret(ref: SecretRef, { secrets, siteKey }: Omit<SecretForms, 'saslprep'>): string {
  const value = secrets.get(ref.$secret)?.text ?? '';
  const digest = createHmac('sha256', siteKey).update(`stub\0${ref.$secret}\0${value}`).digest('hex');
  return `<${ref.$secret}:${digest.slice(0, 16)}>`;
}

function verifier(ref: SecretRef, password: string, forms: SecretForms): string {
  if (isVerifier(password)) return password;
  const user = ref.user ?? '';
  if (ref.method === 'md5') return md5Verifier(password, user);
  return memoized(user, password, forms);
}

/** Cache: 4096 rounds take about 2 ms, and several files of every host contain the same verifier. */
const verifiers = new Map<string, string>();

function memoized(user: string, password: string, { siteKey, saslprep }: SecretForms): string {
  const salt = reproducibleSalt(siteKey, user, password);
  const key = `${Buffer.from(salt).toString('hex')}\0${password}`;
  const known = verifiers.get(key) ?? scramVerifier(password, salt, saslprep);
  verifiers.set(key, known);
  return known;
}

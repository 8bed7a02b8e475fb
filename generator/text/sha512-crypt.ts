import { createHash } from 'node:crypto';

/*
 * SHA512-crypt, the method `$6$` of crypt(5), which the C libraries of all supported systems have. Written after "Unix crypt
 * using SHA-256 and SHA-512" (Ulrich Drepper, 2007), whose steps have the numbers below.
 */
const ROUNDS = 5000;
const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const hashes = new Map<string, string>();

/** `$6$<salt>$<hash>`. The salt has at most 16 characters of `./0-9A-Za-z`. Takes about 10 ms, once for each pair. */
export function sha512Crypt(password: string, salt: string): string {
  const key = `${salt}\0${password}`;
  const known = hashes.get(key) ?? `$6$${salt}$${encode(digestOf(Buffer.from(password), Buffer.from(salt)))}`;
  hashes.set(key, known);
  return known;
}

function digestOf(password: Buffer, salt: Buffer): Buffer {
  // Steps 4 to 8, and 1 to 3 and 9 to 12.
  const inner = sha512(password, salt, password);
  const bits = [...bitsOf(password.length)].map((isSet) => (isSet ? inner : password));
  let digest = sha512(password, salt, repeat(inner, password.length), ...bits);
  // Steps 13 to 16, and 17 to 20.
  const passwordPart = repeat(sha512(...Array<Buffer>(password.length).fill(password)), password.length);
  const saltPart = repeat(sha512(...Array<Buffer>(16 + (digest[0] ?? 0)).fill(salt)), salt.length);
  // Step 21.
  for (let round = 0; round < ROUNDS; round += 1) {
    digest = sha512(
      round % 2 === 1 ? passwordPart : digest,
      ...(round % 3 === 0 ? [] : [saltPart]),
      ...(round % 7 === 0 ? [] : [passwordPart]),
      round % 2 === 1 ? digest : passwordPart,
    );
  }
  return digest;
}

function sha512(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha512');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** The first `length` bytes of the block, repeated. */
function repeat(block: Buffer, length: number): Buffer {
  return Buffer.alloc(length, block);
}

/** The bits of a number, lowest first. */
function* bitsOf(number: number): Generator<boolean> {
  for (let rest = number; rest > 0; rest >>= 1) yield (rest & 1) === 1;
}

/** Step 22: groups of three bytes, which are 21 apart, as four characters each; the last byte as two. */
function encode(digest: Buffer): string {
  let text = '';
  const byte = (index: number) => digest[index] ?? 0;
  for (let index = 0; index < 21; index += 1) {
    const triple = [index, index + 21, index + 42].map(byte);
    const [high = 0, middle = 0, low = 0] = rotated(triple, index % 3);
    text += characters((high << 16) | (middle << 8) | low, 4);
  }
  return text + characters(byte(63), 2);
}

function rotated<T>(items: readonly T[], by: number): T[] {
  return [...items.slice(by), ...items.slice(0, by)];
}

/** The number by 6 bits, lowest first. */
function characters(number: number, count: number): string {
  return Array.from({ length: count }, (_, index) => ALPHABET[(number >> (6 * index)) & 63]).join('');
}

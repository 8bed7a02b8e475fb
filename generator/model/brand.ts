/** Names that are easily mixed up get a brand; `as` is used here and nowhere else. */
declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** An IPv4 address in dotted form; the identity of a host (pigsty.md section 1). */
export type HostIp = Brand<string, 'HostIp'>;
/** 64 lower-case hexadecimal digits. */
export type Sha256 = Brand<string, 'Sha256'>;

const HEX64 = /^[0-9a-f]{64}$/;

export function isSha256(text: string): text is Sha256 {
  return HEX64.test(text);
}

/** The branded form; throws only on a bug. */
export function sha256(hex: string): Sha256 {
  if (!isSha256(hex)) throw new Unreachable(`not a sha256: ${hex}`);
  return hex;
}

/** Thrown for states that only a bug can produce; never for a user's mistake. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

export function assertNever(value: never): never {
  throw new Unreachable(`unhandled case: ${JSON.stringify(value)}`);
}

import type { Path } from './origin.ts';

/**
 * A secret by reference. Plans and views contain references; the render stage turns each into text for the node
 * and into a stub for `hosts/<ip>/`. `as` is the form of the text; `crypt` is a hash of crypt(5). A `derived` one is in no
 * inventory: its text follows from its name and the site's key.
 */
export type SecretRef = {
  readonly $secret: string;
  readonly as: 'plain' | 'postgres-verifier' | 'basic-auth' | 'crypt' | 'derived' | 'derived-crypt';
  /** The role or user that a verifier or hash belongs to; md5 hashes are salted with it. */
  readonly user?: string;
  /** `scram-sha-256` or `md5`, for a verifier of a plain password. */
  readonly method?: 'scram-sha-256' | 'md5';
};

export function isSecretRef(value: unknown): value is SecretRef {
  return typeof value === 'object' && value !== null && '$secret' in value;
}

/** The text of a secret, and its origin: the parameter, and the path inside its value. */
export type Secret = { readonly text: string; readonly parameter: string; readonly path: Path };

/** Every secret of one host by its name. Never serialised into a plan. */
export type Secrets = ReadonlyMap<string, Secret>;

/**
 * The part of a secret's name for an item inside a parameter's value: `pg_users.dbuser_meta.password`. An item of a list
 * is named by its `name`, if it has one, otherwise by its index.
 */
export function secretNamePart(inside: object, key: string, item: unknown): string {
  if (!Array.isArray(inside)) return key;
  return typeof item === 'object' && item !== null && 'name' in item ? String(item.name) : key;
}

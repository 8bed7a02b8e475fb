import type { Path } from './origin.ts';

/**
 * A secret by reference. Plans and views carry these; the render stage turns them into text once for the node and
 * once, as a stub, for people. `as` says in which form the value is wanted.
 */
export type SecretRef = {
  readonly $secret: string;
  readonly as: 'plain' | 'postgres-verifier' | 'basic-auth';
  /** The role that a verifier belongs to; md5 hashes are salted with it. */
  readonly user?: string;
  /** `scram-sha-256` or `md5`, for a verifier of a plain password. */
  readonly method?: 'scram-sha-256' | 'md5';
};

export function isSecretRef(value: unknown): value is SecretRef {
  return typeof value === 'object' && value !== null && '$secret' in value;
}

/** The text of a secret, and where it stands: the parameter, and the way inside its value. */
export type Secret = { readonly text: string; readonly parameter: string; readonly path: Path };

/** Every secret of one host by its name. Never serialised into a plan. */
export type Secrets = ReadonlyMap<string, Secret>;

/** The keys of a site: created at its first build and stored beside the inventory. */
export type KeyPair = { readonly certificate: string; readonly key: string };

/** An ssh key that accounts on several hosts share: PEM (PKCS #8), and its line for authorized_keys. */
export type SshKey = { readonly key: string; readonly line: string };

/** When a certificate expires, and from when on that is reported. */
export type Expiry = { readonly name: string; readonly expires: Date; readonly reported: Date };

export type KeyRing = {
  /** The CA's certificate, PEM. Its key stays in the key directory. */
  readonly ca: string;
  /** The CA's revocation list, PEM. */
  readonly revocations: string;
  /** Of the CA's certificate, and of those of the host. */
  readonly expiries: readonly Expiry[];
  /** Certificate name -> PEM pair. */
  readonly pairs: ReadonlyMap<string, KeyPair>;
  /** Name -> key of a group of hosts. */
  readonly sshKeys: ReadonlyMap<string, SshKey>;
  /** 32 bytes; keys the digests of stubs, the salts of password verifiers and derived secrets: all are reproducible. */
  readonly siteKey: Uint8Array;
};

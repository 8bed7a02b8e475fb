/** The keys of a site: made at its first build, kept beside the inventory, never inside the product. */
export type KeyPair = { readonly certificate: string; readonly key: string };

/** A key that accounts on several hosts log on with: PEM (PKCS #8), and its line of authorized_keys. */
export type SshKey = { readonly key: string; readonly line: string };

export type KeyRing = {
  /** The CA's certificate, PEM. Its key stays in the key directory. */
  readonly ca: string;
  /** Certificate name -> PEM pair. */
  readonly pairs: ReadonlyMap<string, KeyPair>;
  /** Name -> key of a group of hosts. */
  readonly sshKeys: ReadonlyMap<string, SshKey>;
  /** 32 bytes; keys the digests of stubs and the salts of password verifiers, so that both are reproducible. */
  readonly siteKey: Uint8Array;
};

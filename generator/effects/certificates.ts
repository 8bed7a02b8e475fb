import { type KeyObject, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import type { Extension } from '@peculiar/x509';
import type { KeyPair } from '../model/keys.ts';

/*
 * X.509 by @peculiar/x509 (docs/decisions/libraries.md); loaded only when a certificate is issued. A build without new
 * certificates does not load it.
 */
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 86_400_000;
const SERVER_AND_CLIENT = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'];

export type Subject = {
  readonly commonName?: string;
  readonly organizationalUnit: string;
  readonly names: readonly string[];
  readonly addresses: readonly string[];
};

/** A self-signed CA for 36500 days, path length 1, subject as Pigsty's (pigsty.md section 3). */
export async function createCa(commonName: string, now: Date): Promise<KeyPair> {
  const x509 = await load();
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: distinguishedName('ca', commonName),
    ...validity(now, 36_500),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: `${certificate.toString('pem')}\n`, key: await toPem(keys.privateKey) };
}

/** A CA with its key. The key is opened once, at the first signature. */
export class CertificateAuthority {
  readonly certificate: string;
  readonly #publicKey: KeyObject;
  readonly #signer: () => Promise<Signer>;

  constructor(ca: KeyPair) {
    this.certificate = ca.certificate;
    this.#publicKey = new X509Certificate(ca.certificate).publicKey;
    let opened: Promise<Signer> | undefined;
    this.#signer = () => {
      opened ??= openSigner(ca);
      return opened;
    };
  }

  /** A certificate for server and client use, with a new key. */
  async issue(subject: Subject, days: number, now: Date): Promise<KeyPair> {
    const { x509, issuer, signingKey, keyIdentifier } = await this.#signer();
    const keys = await generateKeys();
    const alternatives = [
      ...subject.names.map((value) => ({ type: 'dns' as const, value })),
      ...subject.addresses.map((value) => ({ type: 'ip' as const, value })),
    ];
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serial(),
      subject: distinguishedName(subject.organizationalUnit, subject.commonName),
      issuer,
      ...validity(now, days),
      publicKey: keys.publicKey,
      signingKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension(SERVER_AND_CLIENT),
        new x509.SubjectAlternativeNameExtension(alternatives),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        keyIdentifier,
      ],
    });
    return { certificate: `${certificate.toString('pem')}\n`, key: await toPem(keys.privateKey) };
  }

  /** Why an existing certificate must be renewed, or undefined if it is valid. Renewal is due in its last 90 days. */
  reasonToRenew(pem: string, subject: Subject, now: Date): string | undefined {
    const certificate = new X509Certificate(pem);
    if (!certificate.verify(this.#publicKey)) return 'it was signed by another CA';
    const expiry = reasonOfExpiry(certificate, now);
    if (expiry) return expiry;
    const expected = [
      ...subject.names.map((n) => `DNS:${n}`),
      ...subject.addresses.map((a) => `IP Address:${a}`),
    ];
    const present = (certificate.subjectAltName ?? '').split(', ');
    const isSame = expected.length === present.length && expected.every((name) => present.includes(name));
    return isSame ? undefined : 'its names have changed';
  }

  /** Why the CA itself must be replaced, for example `it expires in 12 days`; undefined if it is valid. */
  reasonToReplace(now: Date): string | undefined {
    return reasonOfExpiry(new X509Certificate(this.certificate), now);
  }
}

type Library = typeof import('@peculiar/x509');
type Signer = {
  readonly x509: Library;
  readonly issuer: string;
  readonly signingKey: webcrypto.CryptoKey;
  readonly keyIdentifier: Extension;
};

async function openSigner(ca: KeyPair): Promise<Signer> {
  const x509 = await load();
  const certificate = new x509.X509Certificate(ca.certificate);
  return {
    x509,
    issuer: certificate.subject,
    signingKey: await fromPem(ca.key),
    keyIdentifier: await x509.AuthorityKeyIdentifierExtension.create(certificate),
  };
}

/** `it has expired`, `it expires in 12 days`, or undefined if it is valid for at least 90 more days. */
function reasonOfExpiry({ validTo }: X509Certificate, now: Date): string | undefined {
  const daysLeft = Math.floor((Date.parse(validTo) - now.getTime()) / DAY);
  if (daysLeft >= 90) return undefined;
  return daysLeft < 0 ? 'it has expired' : `it expires in ${daysLeft} days`;
}

async function load(): Promise<Library> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto);
  return x509;
}

function validity(now: Date, days: number): { notBefore: Date; notAfter: Date } {
  const notBefore = new Date(Math.floor(now.getTime() / DAY) * DAY - DAY);
  return { notBefore, notAfter: new Date(notBefore.getTime() + days * DAY) };
}

function distinguishedName(unit: string, commonName: string | undefined): { [type: string]: string[] }[] {
  return [{ O: ['pigsty'] }, { OU: [unit] }, ...(commonName === undefined ? [] : [{ CN: [commonName] }])];
}

/** 16 random bytes, positive (RFC 5280 section 4.1.2.2). */
function serial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function toPem(key: webcrypto.CryptoKey): Promise<string> {
  const body = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${body.replaceAll(/.{64}/g, '$&\n').trimEnd()}\n-----END PRIVATE KEY-----\n`;
}

function fromPem(pem: string): Promise<webcrypto.CryptoKey> {
  const body = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
  return webcrypto.subtle.importKey('pkcs8', body, ALGORITHM, false, ['sign']);
}

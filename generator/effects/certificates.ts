import { type KeyObject, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import type { Extension } from '@peculiar/x509';
import type { Expiry, KeyPair } from '../model/keys.ts';

/*
 * X.509 by @peculiar/x509 (docs/decisions/libraries.md); loaded only when a certificate is issued. A build without new
 * certificates does not load it.
 */
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 86_400_000;
const SERVER_AND_CLIENT = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'];

/** The validity of new certificates. */
export type Validity = { readonly days: number; readonly now: Date };

/** A revoked certificate; the serial number as {@link serialOf} gives it. */
type Revoked = { readonly serial: string; readonly date: Date };

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
  readonly #notAfter: Date;
  readonly #signer: () => Promise<Signer>;

  constructor(ca: KeyPair) {
    this.certificate = ca.certificate;
    const { publicKey, validTo } = new X509Certificate(ca.certificate);
    this.#publicKey = publicKey;
    this.#notAfter = new Date(validTo);
    let opened: Promise<Signer> | undefined;
    this.#signer = () => {
      opened ??= openSigner(ca);
      return opened;
    };
  }

  /** A certificate for server and client use, with a new key. It does not outlive the CA. */
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
      notBefore: validity(now, days).notBefore,
      notAfter: this.#endOf(now, days),
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

  /**
   * Why an existing certificate must be renewed, or undefined if it is valid. Renewal is due when less than half of its
   * validity is left, so that a site that is built once in that time never has an expired certificate.
   */
  reasonToRenew(pem: string, subject: Subject, { days, now }: Validity): string | undefined {
    const certificate = new X509Certificate(pem);
    if (!certificate.verify(this.#publicKey)) return 'the old one was signed by another CA';
    const { from, until } = periodOf(certificate);
    const left = daysBetween(now, until);
    if (until < now) return 'the old one has expired';
    if (left * 2 < daysBetween(from, until))
      return `the old one had ${left} of ${daysBetween(from, until)} days left`;
    if (until > this.#endOf(now, days))
      return `the old one was valid for ${left} days, longer than \`cert_validity\``;
    return hasNames(certificate, subject) && hasSubject(certificate, subject)
      ? undefined
      : 'its names have changed';
  }

  /**
   * The revocation list of the CA, PEM (RFC 5280 section 5). It is valid as long as the CA: a site that is not built for
   * years must not lose its connections because of the list.
   */
  async revoke(revoked: readonly Revoked[], now: Date): Promise<string> {
    const { x509, issuer, signingKey, keyIdentifier } = await this.#signer();
    const list = await x509.X509CrlGenerator.create({
      issuer,
      thisUpdate: validity(now, 0).notBefore,
      nextUpdate: this.#notAfter,
      entries: revoked.map(({ serial, date }) => ({ serialNumber: serial, revocationDate: date })),
      signingKey,
      signingAlgorithm: ALGORITHM,
      extensions: [keyIdentifier],
    });
    return `${list.toString('pem').replaceAll(' CRL-', ' X509 CRL-')}\n`;
  }

  #endOf(now: Date, days: number): Date {
    const { notAfter } = validity(now, days);
    return new Date(Math.min(notAfter.getTime(), this.#notAfter.getTime()));
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

/** Lower-case hexadecimal digits. */
export function serialOf(pem: string): string {
  return new X509Certificate(pem).serialNumber.toLowerCase();
}

/** When a certificate expires, and from when on that is reported: in its last 30 days, or the last quarter of a short life. */
export function expiryOf(name: string, pem: string): Expiry {
  const { from, until } = periodOf(new X509Certificate(pem));
  const notice = Math.min(30 * DAY, (until.getTime() - from.getTime()) / 4);
  return { name, expires: until, reported: new Date(until.getTime() - notice) };
}

function periodOf({ validFrom, validTo }: X509Certificate): { readonly from: Date; readonly until: Date } {
  return { from: new Date(validFrom), until: new Date(validTo) };
}

export function daysBetween(from: Date, until: Date): number {
  return Math.floor((until.getTime() - from.getTime()) / DAY);
}

function hasNames({ subjectAltName = '' }: X509Certificate, subject: Subject): boolean {
  const expected = [
    ...subject.names.map((n) => `DNS:${n}`),
    ...subject.addresses.map((a) => `IP Address:${a}`),
  ];
  const present = subjectAltName.split(', ');
  return expected.length === present.length && expected.every((name) => present.includes(name));
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

/** From yesterday on, for clocks that are slow. */
function validity(now: Date, days: number): { notBefore: Date; notAfter: Date } {
  const today = Math.floor(now.getTime() / DAY) * DAY;
  return { notBefore: new Date(today - DAY), notAfter: new Date(today + days * DAY) };
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

/** Whether the text is a certificate (PEM). */
export function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).serialNumber !== '';
  } catch {
    return false;
  }
}

/** The IPv4 addresses that a certificate (PEM) is for. Loopback is in many. */
export function addressesIn(text: string): string[] {
  const names = new X509Certificate(text).subjectAltName ?? '';
  return [...names.matchAll(/IP Address:([\d.]+)/g)].flatMap(([, ip = '']) =>
    ip.startsWith('127.') ? [] : [ip],
  );
}

/** Programs log in as the common name. */
function hasSubject({ subject }: X509Certificate, { organizationalUnit, commonName }: Subject): boolean {
  const parts = [
    'O=pigsty',
    `OU=${organizationalUnit}`,
    ...(commonName === undefined ? [] : [`CN=${commonName}`]),
  ];
  return subject.split('\n').join('\0') === parts.join('\0');
}

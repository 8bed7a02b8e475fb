import type { CertificatePlan, FilePlan, UserPlan } from './plan.ts';
import type { SiteHost } from './site.ts';

/*
 * What the senders and the receivers of journals share (docs/decisions/logs.md): an account, and a certificate of each host
 * with which it sends, and receives if it is an infra host.
 */

/** The account of the programs that read, send and store journals; also the organizational unit of their certificates. */
export const JOURNAL = 'journal';

const DIRECTORY = 'etc/journal';
/** Paths in the generation. */
export const JOURNAL_TLS = {
  ca: `${DIRECTORY}/ca.crt`,
  certificate: `${DIRECTORY}/host.crt`,
  key: `${DIRECTORY}/host.key`,
  revocations: `${DIRECTORY}/revoked.crl`,
} as const;

export const JOURNAL_IMAGE = { name: JOURNAL, recipe: JOURNAL, arguments: {}, packages: [] } as const;

export const JOURNAL_USER: UserPlan = {
  name: JOURNAL,
  uid: 374,
  gid: 374,
  home: '/var/lib/journal-upload',
  shell: '/usr/sbin/nologin',
  gecos: 'sends and stores journals',
  groups: [],
};

/** The receiver knows a host by the common name: its address in the inventory, which no other host has. */
export function journalCertificate({ ip }: SiteHost): CertificatePlan {
  return { name: certificateOf(ip), commonName: ip, organizationalUnit: JOURNAL, names: [], addresses: [ip] };
}

/** The CA, the certificate and its key, for the account. */
export function journalTlsFiles({ ip }: SiteHost): FilePlan[] {
  const certificate = certificateOf(ip);
  const file = (path: string, mode: number, source: FilePlan['source']): FilePlan => {
    return { path, mode, group: JOURNAL, source };
  };
  return [
    file(JOURNAL_TLS.ca, 0o644, { kind: 'ca' }),
    file(JOURNAL_TLS.certificate, 0o644, { kind: 'certificate', certificate, part: 'crt' }),
    file(JOURNAL_TLS.key, 0o640, { kind: 'certificate', certificate, part: 'key' }),
  ];
}

/** The keys of a site have one pair for each name. */
function certificateOf(ip: string): string {
  return `${JOURNAL}-${ip}`;
}

import { SCRAPER } from '../../model/monitoring.ts';
import type { CertificatePlan, FilePlan, PlanData } from '../../model/plan.ts';
import type { InfraHost } from './hosts.ts';

/*
 * Keys and certificates of an infra host: one for its servers, one as a client of everything that it scrapes, and one for
 * the portal. A private key is a file for each account that needs it.
 */
export const CURRENT = '/etc/pigsty/current';

export type Pair = 'server' | 'client' | 'portal';

export function certificateName({ instance }: InfraHost, pair: Pair): string {
  return pair === 'server' ? instance : `${instance}-${pair}`;
}

/** `portalNames`: the domains of the portal. */
export function certificates(self: InfraHost, portalNames: readonly string[]): CertificatePlan[] {
  const organizationalUnit = 'infra';
  const addresses = ['127.0.0.1', self.host.ip];
  const names = ['localhost', self.instance];
  return [
    {
      name: certificateName(self, 'server'),
      commonName: self.instance,
      organizationalUnit,
      names,
      addresses,
    },
    {
      name: certificateName(self, 'client'),
      commonName: SCRAPER,
      organizationalUnit,
      names: [SCRAPER],
      addresses: [],
    },
    ...(self.settings.nginx_enabled
      ? [
          {
            name: certificateName(self, 'portal'),
            commonName: portalNames[0] ?? self.instance,
            organizationalUnit,
            names: [...new Set([...portalNames, ...names])],
            addresses,
          },
        ]
      : []),
  ];
}

/** The CA and pairs of key and certificate in a directory, for the programs of an account. */
export function tlsFiles(
  self: InfraHost,
  { directory, group }: { readonly directory: string; readonly group: string },
  pairs: readonly Pair[],
): FilePlan[] {
  const ca: FilePlan = { path: `${directory}/ca.crt`, mode: 0o644, group, source: { kind: 'ca' } };
  return [
    ca,
    ...pairs.flatMap((pair): FilePlan[] => {
      const certificate = certificateName(self, pair);
      const path = `${directory}/${pair}`;
      return [
        {
          path: `${path}.crt`,
          mode: 0o644,
          group,
          source: { kind: 'certificate', certificate, part: 'crt' },
        },
        {
          path: `${path}.key`,
          mode: 0o640,
          group,
          source: { kind: 'certificate', certificate, part: 'key' },
        },
      ];
    }),
  ];
}

/** A client of such servers, as in `tls_config` of Prometheus, promtool and amtool. */
export function clientTls(directory: string) {
  const path = `${CURRENT}/${directory}`;
  return {
    ca_file: `${path}/ca.crt`,
    cert_file: `${path}/client.crt`,
    key_file: `${path}/client.key`,
  } satisfies PlanData;
}

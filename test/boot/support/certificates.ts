import { X509Certificate } from 'node:crypto';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabNode } from '../../support/node.ts';
import { mustPigsty } from '../../support/product.ts';
import type { Cluster } from './cluster.ts';

/** How `openssl s_client` reaches a service. */
const SERVICES: Readonly<Record<string, string>> = {
  etcd: ':2379',
  patroni: ':8008',
  postgres: ':5432 -starttls postgres',
};

const UNITS = ['etcd', 'etcd-members', 'patroni', 'pgbouncer', 'haproxy', 'pgsql-provision'];

/** The certificates of a site, as built, and as services use them. */
export class Certificates {
  readonly #cluster: Cluster;
  #copies = 0;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  get #keys(): string {
    return this.#cluster.workshop.inventory.replace(/\.yml$/, '.pki');
  }

  /** Revokes the certificates of a host; what the command prints. */
  reissue(host: string): Promise<string> {
    return mustPigsty(['reissue', host, '-q', '-i', this.#cluster.workshop.inventory]);
  }

  /** A copy of the key directory as it is now. */
  copy(): string {
    this.#copies += 1;
    const directory = join(this.#cluster.workshop.directory, `keys-${this.#copies}`);
    cpSync(this.#keys, directory, { recursive: true });
    return directory;
  }

  /** The serial number of a certificate as the last build has it. */
  built(name: string): string {
    return new X509Certificate(readFileSync(join(this.#keys, `${name}.crt`))).serialNumber;
  }

  /** The serial number of the certificate that a service shows its clients. */
  async served({ ip }: LabNode, service: string): Promise<string> {
    const show = `openssl s_client -connect ${ip}${SERVICES[service]} </dev/null 2>/dev/null`;
    const line = `${show} | openssl x509 -noout -serial`;
    return (await this.#cluster.client.exec(['sh', '-c', line])).stdout.trim().replace('serial=', '');
  }

  /** The processes of the host's services, the server among them. */
  processes(node: LabNode): Promise<string> {
    return node.sh(
      `systemctl show -p Id,MainPID,ExecMainStartTimestampMonotonic ${UNITS.join(' ')}; head -n 1 /pg/data/postmaster.pid 2>/dev/null || :`,
    );
  }

  /** The status of an answer of etcd to a client with the certificate `pg-test-1` of `keys`, or why there is none. */
  async askEtcd({ ip }: LabNode, keys: string): Promise<string> {
    const script = `
      const { readFileSync } = require('node:fs');
      const file = (name) => readFileSync('${keys}/' + name);
      const tls = { ca: file('ca.crt'), cert: file('pg-test-1.crt'), key: file('pg-test-1.key') };
      require('node:https')
        .get('https://${ip}:2379/version', tls, (answer) => { console.log(answer.statusCode); process.exit(); })
        .on('error', (error) => console.log(error.code));`;
    return (await this.#cluster.client.exec([process.execPath, '-e', script])).stdout.trim();
  }

  /** The name of the user that PostgreSQL takes the certificate for, or its error. */
  async askPostgres(keys: string): Promise<string> {
    const tls = `sslmode=verify-ca sslrootcert=${keys}/ca.crt sslcert=${keys}/pg-test-1.crt sslkey=${keys}/pg-test-1.key`;
    const target = `host=10.10.10.11 port=5432 dbname=test user=pg-test-1 connect_timeout=3 ${tls}`;
    const result = await this.#cluster.client.exec(['psql', '-XAtq', target, '-c', 'select current_user']);
    return (result.code === 0 ? result.stdout : result.stderr).trim();
  }
}

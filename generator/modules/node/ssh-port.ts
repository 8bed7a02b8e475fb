import type { PortUse } from '../../model/plan.ts';
import type { SiteHost } from '../../model/site.ts';

/** The port of the host's own ssh server, which no other program can have; Ansible's variable says where it is another. */
export function sshPort({ parameters }: SiteHost): PortUse {
  const port = Number(parameters.values.ansible_port);
  const isGiven = Number.isInteger(port) && port > 0 && port < 65_536;
  return {
    port: isGiven ? port : 22,
    addresses: ['0.0.0.0'],
    unit: 'ssh.service',
    parameter: 'ansible_port',
    mayBePrivileged: true,
  };
}

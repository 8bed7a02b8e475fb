import type { LabClient } from '../../support/lab.ts';
import type { LabNode } from '../../support/node.ts';

const CONNECT = `
const { connect } = require('node:net');
const [address, ...ports] = process.argv.slice(1);
const isOpen = (port) => new Promise((resolve) => {
  const socket = connect({ host: address, port, timeout: 2000 });
  const end = (answer) => { socket.destroy(); resolve(answer); };
  socket.once('connect', () => end(true));
  for (const event of ['error', 'timeout']) socket.once(event, () => end(false));
});
Promise.all(ports.map(async (port) => ((await isOpen(port)) ? [port] : []))).then((open) => console.log(open.flat().join(' ')));
`;

/** The TCP ports on which programs of a node listen, also beyond its loopback interface. Ascending. */
export async function listeningPorts(node: LabNode): Promise<readonly number[]> {
  const lines = (await node.sh('cat /proc/net/tcp /proc/net/tcp6')).split('\n');
  const sockets = lines.flatMap((line) => {
    const [, local = '', , state = ''] = line.trim().split(/\s+/);
    const [address = '', port = ''] = local.split(':');
    const isLocal = /7F$|^0{24}FFFF00007F|^0{24}01000000$/.test(address.padStart(8, '0'));
    return state === '0A' && !isLocal ? [Number.parseInt(port, 16)] : [];
  });
  return [...new Set(sockets)].sort((one, other) => one - other);
}

/** Those of a node's listening ports that a client can connect to. */
export async function openPorts(client: LabClient, node: LabNode): Promise<readonly number[]> {
  const ports = await listeningPorts(node);
  const { stdout, stderr } = await client.exec([
    process.execPath,
    '-e',
    CONNECT,
    node.ip,
    ...ports.map(String),
  ]);
  if (stderr !== '') throw new Error(stderr);
  return stdout.trim().split(' ').filter(Boolean).map(Number);
}

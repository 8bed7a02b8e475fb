import type { LabNode } from '../../support/node.ts';

/** A line of a program, and the journal's fields that find it. */
export type MarkedLine = { readonly fields: Readonly<Record<string, string>>; readonly text: string };

const UNITS = ['patroni', 'etcd', 'haproxy', 'nginx', 'prometheus', 'pgbackrest-init'];

/** Makes programs of a member write a line with a word of its own. */
export async function markedLines(
  node: LabNode,
  labels: { cls: string; ins: string },
): Promise<MarkedLine[]> {
  const mark = `mark${Date.now()}`;
  const psql = `runuser -u postgres -- env PGPASSWORD=x /usr/local/bin/psql -XAtqc 'select 1'`;
  await node.sh(`${psql} 'host=/run/postgresql dbname=${mark}' || :
    ${psql} 'host=${node.ip} port=6432 dbname=meta user=${mark}' || :
    runuser -u postgres -- pgbackrest --stanza=${mark} info || :
    pigsty-agent apply ${mark} || :`);
  const own = { CLS: labels.cls, INS: labels.ins };
  return [
    { fields: { ...own, SYSLOG_IDENTIFIER: 'postgres' }, text: mark },
    { fields: { ...own, SYSLOG_IDENTIFIER: 'pgbouncer' }, text: mark },
    ...(await newestLines(node)),
  ];
}

/** The newest line of each unit, with the labels that it has on the node. */
async function newestLines(node: LabNode): Promise<MarkedLine[]> {
  const found: MarkedLine[] = [];
  for (const name of UNITS) {
    const fields = `_SYSTEMD_UNIT=${name}.service`;
    const line = await node.sh(`journalctl -q -n 1 -o json ${fields}`);
    if (line === '') continue;
    const { MESSAGE, INS, CLS, IP } = JSON.parse(line);
    found.push({ fields: { _SYSTEMD_UNIT: `${name}.service`, INS, CLS, IP }, text: String(MESSAGE) });
  }
  return found;
}

import type { LabNode } from '../../support/node.ts';

/** A line that a program has just written, and the journal's fields that find it. */
export type MarkedLine = { readonly fields: Readonly<Record<string, string>>; readonly text: string };

/** Makes each program of a host of blueprint demo write a line with a word of its own. */
export async function markedLines(node: LabNode): Promise<readonly MarkedLine[]> {
  const mark = `mark${Date.now()}`;
  const PG = { CLS: 'pg-meta', INS: 'pg-meta-1' };
  await node.sh(`runuser -u postgres -- /usr/local/bin/psql -XAtqh /run/postgresql -d ${mark} -c 'select 1' || :
    runuser -u postgres -- env PGPASSWORD=x /usr/local/bin/psql -XAtq 'host=${node.ip} port=6432 dbname=${mark} user=nobody' -c 'select 1' || :
    curl -skm 5 https://${node.ip}/${mark} >/dev/null || :
    etcdctl user get ${mark} || :
    runuser -u postgres -- pgbackrest --stanza=${mark} check || :
    systemd-run -q --wait /etc/pigsty/current/bin/pigsty-agent status ${mark} || :`);
  return [{ fields: { ...PG, SYSLOG_IDENTIFIER: 'postgres' }, text: mark }];
}

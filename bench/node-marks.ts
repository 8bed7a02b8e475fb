import type { LabNode } from '../test/support/node.ts';
import { median } from './result.ts';

/** An event on a node, in seconds since the start of the measurement. */
export type Mark = { readonly event: string; readonly seconds: number };

/** Shell: records an event with the current time. */
export const MARK = `mark() { echo "$EPOCHREALTIME $*"; }
`;

/** Shell: runs `apply` in the current directory and records the agent's messages and its successful end. */
export const APPLY_WITH_MARKS = `
./pigsty-agent apply 2> >(while IFS= read -r line; do mark "agent $line"; done) || exit
mark healthy
`;

type Event = { readonly event: string; readonly at: number };

/** Reads events from lines `<seconds since 1970> <event>`; one of them is `start`. */
export function readMarks(output: string): readonly Mark[] {
  return toMarks(readEvents(output));
}

function readEvents(output: string): readonly Event[] {
  return output.split('\n').flatMap((line) => {
    const [, at, event] = /^(\d+\.\d+) (.*)$/.exec(line) ?? [];
    return at !== undefined && event !== undefined ? [{ at: Number(at), event }] : [];
  });
}

function toMarks(events: readonly Event[]): readonly Mark[] {
  const start = events.find(({ event }) => event === 'start')?.at ?? Number.NaN;
  return events
    .map(({ event, at }) => ({ event, seconds: at - start }))
    .filter(({ event }) => event !== 'start')
    .sort((a, b) => a.seconds - b.seconds);
}

/** Log messages that mark an event; the first occurrence counts. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/pigsty-agent.* is current$/, 'generation written, current switched'],
  [/INFO: Selected new etcd server/, 'patroni: loaded, connected to etcd'],
  [/INFO: trying to bootstrap a new cluster/, 'patroni: may bootstrap'],
  [/The files belonging to this database system/, 'initdb: begins'],
  [/Success\. You can now start/, 'initdb: done'],
  [/INFO: postmaster pid=/, 'patroni: started postgres'],
  [/INFO: running post_bootstrap/, 'patroni: post_bootstrap'],
  [/INFO: initialized a new cluster/, 'patroni: initialised the cluster'],
  [/INFO: trying to bootstrap from leader/, 'patroni: copies from the leader'],
  [/INFO: bootstrapped from leader/, 'patroni: has its copy'],
  [/started streaming WAL from primary/, 'postgres: streams'],
];

/** All events of an `apply`: from the script, the agent, systemd and the logs of the programs. */
export async function readProductMarks(node: LabNode, output: string): Promise<readonly Mark[]> {
  const said = readEvents(output);
  const agent = said.flatMap(({ event, at }) => agentEvent(event).map((name) => ({ event: name, at })));
  const journal = readEvents(await node.sh('journalctl -o short-unix --no-pager'));
  return toMarks([
    ...agent,
    ...knownWords([...journal, ...(await readPatroni(node)), ...(await readPostgres(node))]),
    ...(await readUnits(node)),
  ]);
}

function agentEvent(event: string): readonly string[] {
  if (!event.startsWith('agent ')) return [event];
  const text = event.replace(/^agent (pigsty-agent: )?/, '');
  if (text.startsWith('stage:')) return ['hashed, unpacked'];
  return text.startsWith('apply: started') ? [] : [`agent: ${text}`];
}

function knownWords(events: readonly Event[]): readonly Event[] {
  return WORDS.flatMap(([pattern, event]) => {
    const first = events.find((one) => pattern.test(one.event));
    return first ? [{ event, at: first.at }] : [];
  });
}

/** Patroni's log: `<date> <time>,<ms> <text>` in the node's time zone. */
async function readPatroni(node: LabNode): Promise<readonly Event[]> {
  const [zone, ...lines] = (await node.sh('date +%:z; find /data -name patroni.log -exec cat {} +')).split(
    '\n',
  );
  return lines.flatMap((line) => {
    const [, day, time, event] = /^(\S+) ([\d:]+,\d+) (.*)$/.exec(line) ?? [];
    if (time === undefined || event === undefined) return [];
    return [{ at: Date.parse(`${day}T${time.replace(',', '.')}${zone}`) / 1000, event }];
  });
}

/** PostgreSQL's csvlog: `<date> <time> <zone>,…`; the zone is the node's. */
async function readPostgres(node: LabNode): Promise<readonly Event[]> {
  const files = "find /data -path '*/log/postgres/*.csv' -exec cat {} +";
  const [zone, ...lines] = (await node.sh(`date +%:z; ${files}`)).split('\n');
  return lines.flatMap((line) => {
    const [, day, time, event] = /^(\d{4}-\S+) ([\d:.]+) [^,]+,(.*)$/.exec(line) ?? [];
    if (time === undefined || event === undefined) return [];
    return [{ at: Date.parse(`${day}T${time}${zone}`) / 1000, event }];
  });
}

const UNITS = ['etcd', 'patroni', 'pgbouncer', 'haproxy', 'pgsql-provision'];

/** systemd's timestamps count from the boot of this machine, like the monotonic clock of this process. */
async function readUnits(node: LabNode): Promise<readonly Event[]> {
  const offset = Date.now() / 1000 - Number(process.hrtime.bigint()) / 1e9;
  const properties = '-p Id,InactiveExitTimestampMonotonic,ActiveEnterTimestampMonotonic';
  const text = await node.sh(
    `systemctl show ${properties} ${UNITS.map((unit) => `${unit}.service`).join(' ')}`,
  );
  return text.split('\n\n').flatMap((block) => {
    const values = new Map(block.split('\n').map((line) => line.split('=') as [string, string]));
    const unit = values.get('Id')?.replace('.service', '');
    const at = (key: string) => offset + Number(values.get(key)) / 1e6;
    return [
      { event: `${unit}: started`, at: at('InactiveExitTimestampMonotonic') },
      { event: `${unit}: active`, at: at('ActiveEnterTimestampMonotonic') },
    ];
  });
}

/** One line per event: its median time, and the time since the previous event. */
export function markTable(runs: readonly (readonly Mark[])[]): readonly string[] {
  const events = [...new Set(runs.flatMap((marks) => marks.map(({ event }) => event)))];
  const rows = events
    .map((event) => ({
      event,
      seconds: median(runs.flatMap((marks) => marks.find((mark) => mark.event === event)?.seconds ?? [])),
    }))
    .sort((a, b) => a.seconds - b.seconds);
  return rows.map(({ event, seconds }, index) => {
    const step = seconds - (rows[index - 1]?.seconds ?? 0);
    return `  ${seconds.toFixed(2).padStart(6)} s  +${step.toFixed(2)}  ${event}`;
  });
}

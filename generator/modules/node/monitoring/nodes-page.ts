import type { Page } from '../../../model/dashboard.ts';
import {
  anyOf,
  bars,
  chart,
  column,
  labelColumn,
  linkTo,
  page,
  section,
  stat,
  states,
  steps,
  table,
  UP,
} from '../../../model/panels.ts';
import { GENERATION, generationColumns } from './generation-columns.ts';

const GROUP = 'Nodes';
const NODES = 'cls=~"${cls:regex}"';
const _NODE = 'ip="$ip"';
const toNode = { link: linkTo('node-instance', 'ip') };
const FULL = steps(0.8, 0.9);

export const nodesPage: Page = page('node-cluster', 'Nodes', {
  group: GROUP,
  order: 200,
  about: 'Are all nodes up, are they as the last build says, and what runs out?',
  variables: [anyOf('cls', 'Cluster', 'node_up')],
  sections: [
    section(
      'Now',
      stat('All nodes', `count(node_up{${NODES}})`),
      stat('Down', `count(node_up{${NODES}} == 0) or vector(0)`, {
        steps: [
          { from: 0, level: 'good' },
          { from: 1, level: 'bad' },
        ],
      }),
      stat('Cores', `sum(node:ins:cpu_count{${NODES}})`),
      stat('Memory', `sum(node_memory_MemTotal_bytes{${NODES}})`, { unit: 'bytes' }),
      stat('Not as built', `count(${GENERATION.good}{${NODES}} == 0) or vector(0)`, {
        steps: [
          { from: 0, level: 'good' },
          { from: 1, level: 'bad' },
        ],
        help: 'Nodes whose generation is not good.',
      }),
      stat('Fullest disk', `max(node:ins:space_usage_max{${NODES}})`, { unit: 'ratio', steps: FULL }),
      table(
        'Nodes',
        ['ip'],
        [
          labelColumn('Node', 'ins', linkTo('node-instance', 'ip')),
          labelColumn('Address', 'ip', linkTo('node-instance', 'ip')),
          labelColumn('Cluster', 'cls', linkTo('node-cluster', 'cls')),
          column('State', `node_up{${NODES}}`, 'none', { texts: UP }),
          column('CPU', `node:ins:cpu_usage_1m{${NODES}}`, 'ratio', { bar: 1, steps: steps(0.7, 0.9) }),
          column('Load per core', `node:ins:stdload1{${NODES}}`, 'none', { steps: steps(1, 2) }),
          column('Memory', `node:ins:mem_usage{${NODES}}`, 'ratio', { bar: 1, steps: steps(0.85, 0.95) }),
          column('Fullest disk', `node:ins:space_usage_max{${NODES}}`, 'ratio', { bar: 1, steps: FULL }),
          column('Clock', `node:ins:time_drift{${NODES}}`, 'seconds', { steps: steps(0.05, 1) }),
          ...generationColumns(NODES),
        ],
        { rows: `node_up{${NODES}}`, sort: 'Node' },
      ),
    ),
    section(
      'Clusters',
      table(
        'Clusters of nodes',
        ['cls'],
        [
          labelColumn('Cluster', 'cls', linkTo('node-cluster', 'cls')),
          column('Nodes', `count by (cls) (node_up{${NODES}})`),
          column('Cores', `node:cls:cpu_count{${NODES}}`),
          column('CPU', `node:cls:cpu_usage_1m{${NODES}}`, 'ratio', { bar: 1, steps: steps(0.7, 0.9) }),
          column('Load per core', `node:cls:stdload1{${NODES}}`, 'none', { steps: steps(1, 2) }),
          column('Memory', `node:cls:mem_usage{${NODES}}`, 'ratio', { bar: 1, steps: steps(0.85, 0.95) }),
          column('Fullest disk', `node:cls:space_usage_max{${NODES}}`, 'ratio', { bar: 1, steps: FULL }),
          column('Operations', `node:cls:disk_iops_1m{${NODES}}`, 'perSecond'),
          column('Disk traffic', `node:cls:disk_io_bytes_1m{${NODES}}`, 'bytesPerSecond'),
          column('Network', `node:cls:network_io_bytes_rate1m{${NODES}}`, 'bytesPerSecond'),
          column('Clock', `node:cls:time_drift_max{${NODES}}`, 'seconds', { steps: steps(0.05, 1) }),
        ],
        { rows: `count by (cls) (node_up{${NODES}})`, sort: 'Cluster' },
      ),
    ),
    section(
      'Load',
      chart('CPU', 'ratio', { '{{ins}}': `node:ins:cpu_usage{${NODES}}` }, { max: 1, ...toNode }),
      chart('Load per core', 'none', { '{{ins}}': `node:ins:stdload1{${NODES}}` }, toNode),
      chart('Memory used', 'ratio', { '{{ins}}': `node:ins:mem_usage{${NODES}}` }, { max: 1, ...toNode }),
      chart(
        'Disk busy',
        'ratio',
        { '{{ins}} {{device}}': `node:dev:disk_util_1m{${NODES}}` },
        { max: 1, ...toNode },
      ),
      chart('Disk traffic', 'bytesPerSecond', { '{{ins}}': `node:ins:disk_io_bytes_1m{${NODES}}` }, toNode),
      chart(
        'Network',
        'bytesPerSecond',
        {
          '{{ins}} in': `node:ins:network_rx_bytes_rate1m{${NODES}}`,
          '{{ins}} out': `node:ins:network_tx_bytes_rate1m{${NODES}}`,
        },
        toNode,
      ),
      bars(
        'Fullest file systems',
        { expression: `topk(12, node:fs:space_usage{${NODES}})`, legend: '{{ins}} {{mountpoint}}' },
        'ratio',
        { max: 1, steps: FULL, ...toNode },
      ),
      bars(
        'Disks that are full first',
        { expression: `bottomk(12, node:fs:space_exhaust{${NODES}} > 0)`, legend: '{{ins}} {{mountpoint}}' },
        'seconds',
        { help: 'Time until the file system is full, at the pace of the last hour.', ...toNode },
      ),
      chart(
        'Answer to a ping',
        'seconds',
        { '{{ins}}': `probe_duration_seconds{job="ping",${NODES}}` },
        toNode,
      ),
    ),
    section(
      'Reach',
      states(
        'Nodes that answer',
        { expression: `probe_success{job="ping",${NODES}}`, legend: '{{ins}}' },
        UP,
        toNode,
      ),
      states(
        'VIPs that answer',
        { expression: `probe_success{job=~"node-vip|pgsql-vip",${NODES}}`, legend: '{{vip}} {{cls}}' },
        UP,
      ),
      states(
        'VIPs of nodes',
        { expression: `keepalived_vrrp_state{${NODES}}`, legend: '{{ip_address}} {{ins}}' },
        [
          { value: 2, text: 'here', level: 'good' },
          { value: 1, text: 'elsewhere', level: 'plain' },
        ],
        toNode,
      ),
      states(
        'VIPs of clusters',
        { expression: `pigsty_vip_present{${NODES}}`, legend: '{{vip}} {{ins}}' },
        [
          { value: 1, text: 'here', level: 'good' },
          { value: 0, text: 'elsewhere', level: 'plain' },
        ],
        toNode,
      ),
    ),
  ],
});

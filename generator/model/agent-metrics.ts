/*
 * What a host says of itself in the text files of node exporter (`pigsty-agent metrics`): the agent's own state, and what has no
 * exporter. Rules and pages read these names, docs/alerts/ explains them. Times are seconds since 1970; what is true is 1,
 * otherwise 0.
 */

type TextMetric = { readonly labels: readonly string[]; readonly meaning: string };

export const AGENT_METRICS = {
  pigsty_agent_info: {
    labels: ['generation', 'digest', 'version'],
    meaning:
      '1; its labels are the active generation, the digest of its bundle, and the version of the compiler',
  },
  pigsty_agent_applied_timestamp_seconds: { labels: [], meaning: 'when the generation became active' },
  pigsty_agent_good: {
    labels: [],
    meaning: 'whether the host is on a generation that has passed its health checks',
  },
  pigsty_agent_busy: { labels: [], meaning: 'whether an agent is at work on the host' },
  pigsty_agent_failed_units: { labels: [], meaning: 'number of units that systemd calls failed' },
  pigsty_agent_pending_restart: { labels: [], meaning: 'number of settings that wait for a restart' },
  pigsty_agent_drift: {
    labels: [],
    meaning: 'number of files and links that are not as the generation has them',
  },
  pigsty_unit_active: { labels: ['unit'], meaning: 'whether a unit of the generation is active' },
  pigsty_certificate_expiry_timestamp_seconds: {
    labels: ['name'],
    meaning: 'when a certificate of the generation ends',
  },
  pigsty_vip_present: { labels: ['vip', 'cluster'], meaning: 'whether the host has this VIP' },
  keepalived_up: { labels: [], meaning: 'whether keepalived runs' },
  keepalived_vrrp_state: {
    labels: ['iname', 'ip_address'],
    meaning: '2 on the host with the VIP, otherwise 1',
  },
  vip_manager_up: { labels: [], meaning: 'whether vip-manager runs' },
  chrony_up: { labels: [], meaning: 'whether chronyd answers' },
  chrony_tracking_synchronised: { labels: [], meaning: 'whether chronyd follows a source' },
  chrony_tracking_system_time_seconds: { labels: [], meaning: 'how far the clock is off, as chronyd knows' },
  pigsty_journal_upload_acknowledged_timestamp_seconds: {
    labels: ['receiver'],
    meaning:
      'the time of the newest line of the journal that an infra host has acknowledged, or since when it has none',
  },
} as const satisfies Record<string, TextMetric>;

/** The file of the agent in that directory, for the label `file` of node_textfile_mtime_seconds. */
export const AGENT_FILES = '.*/pigsty[^/]*[.]prom';

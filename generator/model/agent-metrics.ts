/*
 * What the agent of a node says of it: the files of node exporter's textfile directory whose names begin with `pigsty`. The
 * agent writes them, rules and pages read them, docs/alerts/ explains them. Times are seconds since 1970.
 */

type AgentMetric = { readonly labels: readonly string[]; readonly meaning: string };

export const AGENT_METRICS = {
  pigsty_agent_generation: {
    labels: ['digest'],
    meaning: 'number of the generation that is active; `digest` is that of its bundle',
  },
  pigsty_agent_applied_timestamp_seconds: { labels: [], meaning: 'when that generation became active' },
  pigsty_agent_good: {
    labels: [],
    meaning: '1 if all health checks of the active generation passed when it became active, otherwise 0',
  },
  pigsty_agent_unit_active: {
    labels: ['unit'],
    meaning: '1 if a unit that the generation starts is active, otherwise 0',
  },
  pigsty_agent_failed_units: {
    labels: [],
    meaning: 'number of units of the generation that systemd calls failed',
  },
  pigsty_agent_pending_restart: {
    labels: ['unit'],
    meaning: '1 if a unit still runs with what an earlier generation gave it, otherwise 0',
  },
  pigsty_agent_drifted_files: {
    labels: [],
    meaning: 'number of files of the generation that differ from what the agent wrote',
  },
  pigsty_agent_certificate_expiry_timestamp_seconds: {
    labels: ['path'],
    meaning: 'when a certificate of the generation ends; `path` is its path in the generation',
  },
  pigsty_agent_vip: { labels: ['address'], meaning: '1 if the host has this VIP of its own, otherwise 0' },
} as const satisfies Record<string, AgentMetric>;

export type AgentMetricName = keyof typeof AGENT_METRICS;

/** Files of the agent in the textfile directory, for the label `file` of node_textfile_mtime_seconds. */
export const AGENT_FILES = '.*/pigsty[^/]*[.]prom';

import type { AlertRule, RuleGroup } from '../model/monitoring.ts';

export type Alert = Omit<AlertRule, 'category'>;

/** A group of alerts of one category, which is the name of the module. */
export function alertGroup(name: string, category: string, alerts: readonly Alert[]): RuleGroup {
  return { name, rules: alerts.map((alert) => ({ ...alert, category })) };
}

/** How the value of an alert is printed (Prometheus manual, "Template reference"). Shares are of 1, times in seconds. */
export const PERCENT = '{{ $value | humanizePercentage }}';
export const SECONDS = '{{ $value | humanizeDuration }}';
export const NUMBER = '{{ $value | humanize }}';
export const BYTES = '{{ $value | humanize1024 }}B';

/** Who an alert is about. */
export const INSTANCE = 'Instance {{ $labels.ins }} ({{ $labels.ip }})';
export const NODE = 'Node {{ $labels.ins }} ({{ $labels.ip }})';
export const CLUSTER = 'Cluster {{ $labels.cls }}';

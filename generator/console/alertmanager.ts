import { askJson, type Labels, Refused } from './prometheus.ts';

/** An alert as Alertmanager's interface v2 has it. */
export type Alert = {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: string;
  readonly status: { readonly state: string };
};

/** Alerts that are active, also silenced ones, whose labels have these values. Rejects as `askJson` does. */
export async function findAlerts(
  prefix: string,
  labels: Labels,
  signal: AbortSignal,
): Promise<readonly Alert[]> {
  const query = new URLSearchParams({ active: 'true' });
  for (const [name, value] of Object.entries(labels))
    query.append('filter', `${name}=${JSON.stringify(value)}`);
  const answer = await askJson<unknown>(`${prefix}/api/v2/alerts?${query}`, { signal });
  if (!Array.isArray(answer)) throw new Refused(`Alertmanager: ${JSON.stringify(answer)}`);
  return answer;
}

/** The worst first, then the newest. Alerts without a level are the last. */
export function sortAlerts(alerts: readonly Alert[]): readonly Alert[] {
  const level = ({ labels }: Alert) => Number(labels.level ?? 9);
  return alerts.toSorted(
    (one, other) => level(one) - level(other) || other.startsAt.localeCompare(one.startsAt),
  );
}

import type { RuleGroup } from '../../../model/monitoring.ts';
import { record } from '../../../text/recording.ts';

/** Exporters whose modules have rules for them. */
const WITH_RULES =
  'node|haproxy|promtail|docker|etcd|pg_exporter|pgbouncer_exporter|patroni|pgbackrest_exporter';

/** The services of the infra hosts, and all targets that no other rule looks at (monitoring.md, section 1.4). */
export function infraRules(): RuleGroup[] {
  return [
    {
      name: 'infra',
      rules: [
        record('infra_up', 'up{job="infra"}'),
        record('agent_up', `up{job!="infra", exporter!~"${WITH_RULES}"}`),
      ],
    },
  ];
}

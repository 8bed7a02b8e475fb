import { type Alert, NODE, SECONDS } from '../../../text/alerting.ts';

const DAY = 86_400;
const EXPIRY = 'pigsty_certificate_expiry_timestamp_seconds - time()';

/** Alerts about what the agent says of its host: generator/model/agent-metrics.ts. */
export function agentAlerts(certificateDays: number): Alert[] {
  return [...generationAlerts(), ...certificateAlerts(certificateDays)];
}

function generationAlerts(): Alert[] {
  return [
    {
      alert: 'NodeGenerationBad',
      // Until the health checks of an activation have passed, it is not good.
      expr: 'pigsty_agent_good < 1 unless pigsty_agent_busy == 1',
      for: '1m',
      level: 1,
      summary: `${NODE}: the active generation has not passed its health checks, pigsty_agent_good is {{ $value }}`,
    },
    {
      alert: 'NodeGenerationDrift',
      expr: 'pigsty_agent_drift > 0',
      for: '15m',
      level: 2,
      summary: `${NODE}: {{ $value }} files or links are not as the generation has them`,
    },
    {
      alert: 'NodeUnitFailed',
      expr: 'pigsty_agent_failed_units > 0',
      for: '2m',
      level: 1,
      summary: `${NODE}: {{ $value }} units have failed`,
    },
    {
      alert: 'NodePendingRestart',
      expr: 'pigsty_agent_pending_restart > 0',
      for: '1h',
      level: 2,
      summary: `${NODE}: {{ $value }} settings wait for a restart`,
    },
  ];
}

/** A build renews certificates of which less than half is left, so that only those of a site that is not built come near. */
function certificateAlerts(days: number): Alert[] {
  const [near, last] = [Math.min(30, days / 3), Math.min(3, days / 10)];
  return [
    {
      alert: 'CertificateNearEnd',
      expr: `${EXPIRY} < ${near * DAY}`,
      for: '1m',
      level: 1,
      summary: `${NODE}: certificate {{ $labels.name }} ends in ${SECONDS}`,
    },
    {
      alert: 'CertificateAtEnd',
      expr: `${EXPIRY} < ${last * DAY}`,
      for: '1m',
      level: 0,
      summary: `${NODE}: certificate {{ $labels.name }} ends in ${SECONDS}`,
    },
  ];
}

import { type Alert, NODE, SECONDS } from '../../../text/alerting.ts';

const DAY = 86_400;
const EXPIRY = 'pigsty_certificate_expiry_timestamp_seconds - time()';

/** Alerts about what the agent says of its host: generator/model/agent-metrics.ts. */
export function agentAlerts(): Alert[] {
  return [...generationAlerts(), ...certificateAlerts()];
}

function generationAlerts(): Alert[] {
  return [
    {
      alert: 'NodeGenerationBad',
      expr: 'pigsty_agent_good < 1',
      // An apply that restarts a database takes minutes.
      for: '5m',
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

function certificateAlerts(): Alert[] {
  return [
    {
      alert: 'CertificateNearEnd',
      expr: `${EXPIRY} < ${30 * DAY}`,
      for: '10m',
      level: 1,
      summary: `${NODE}: certificate {{ $labels.name }} ends in ${SECONDS}`,
    },
    {
      alert: 'CertificateAtEnd',
      expr: `${EXPIRY} < ${3 * DAY}`,
      for: '10m',
      level: 0,
      summary: `${NODE}: certificate {{ $labels.name }} ends in ${SECONDS}`,
    },
  ];
}

import { type Alert, NODE, SECONDS } from '../../../text/alerting.ts';

const DAY = 86_400;
const EXPIRY = 'pigsty_agent_certificate_expiry_timestamp_seconds - time()';

/** Alerts about what the agent says of its host: generator/model/agent-metrics.ts. */
export function agentAlerts(): Alert[] {
  return [...generationAlerts(), ...certificateAlerts()];
}

function generationAlerts(): Alert[] {
  return [
    {
      alert: 'NodeGenerationBad',
      expr: 'pigsty_agent_good < 1',
      for: '1m',
      level: 1,
      summary: `${NODE}: the active generation has not passed its health checks, pigsty_agent_good is {{ $value }}`,
    },
    {
      alert: 'NodeGenerationDrift',
      expr: 'pigsty_agent_drifted_files > 0',
      for: '15m',
      level: 2,
      summary: `${NODE}: {{ $value }} files of the generation were changed on the host`,
    },
    {
      alert: 'NodeUnitFailed',
      expr: 'pigsty_agent_failed_units > 0',
      for: '2m',
      level: 1,
      summary: `${NODE}: {{ $value }} units of the generation have failed`,
    },
    {
      alert: 'NodePendingRestart',
      expr: 'pigsty_agent_pending_restart > 0',
      for: '1h',
      level: 2,
      summary: `${NODE}: {{ $labels.unit }} waits for a restart (pigsty_agent_pending_restart is {{ $value }})`,
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
      summary: `${NODE}: certificate {{ $labels.path }} ends in ${SECONDS}`,
    },
    {
      alert: 'CertificateAtEnd',
      expr: `${EXPIRY} < ${3 * DAY}`,
      for: '10m',
      level: 0,
      summary: `${NODE}: certificate {{ $labels.path }} ends in ${SECONDS}`,
    },
  ];
}

import type { RecordingRule } from '../../../model/monitoring.ts';
import { foldTo, record } from '../../../text/recording.ts';

/** HAProxy: how busy it is in percent, and whether each service has a server. */
export function proxyRules(): RecordingRule[] {
  const servers = 'haproxy_backend_active_servers + haproxy_backend_backup_servers';
  return [
    record('haproxy:ins:usage', foldTo('max', 'ins', '100 - haproxy_process_idle_time_percent')),
    record('haproxy:cls:usage', foldTo('max', 'cls', 'haproxy:ins:usage')),
    record('haproxy:ins:service_up', foldTo('max', 'ins', `(${servers}) > bool 0`, 'proxy')),
    record('haproxy:cls:service_up', foldTo('max', 'cls', 'haproxy:ins:service_up', 'proxy')),
  ];
}

import type { RecordingRule } from '../../../model/monitoring.ts';
import { foldTo, type Ranges, record } from '../../../text/recording.ts';

/** Checkpoints, and the buffers that checkpoints, the background writer and sessions write. */
export function persistenceRules(ranges: Ranges): RecordingRule[] {
  const range = ranges['1m'];
  const perSecond = (counter: string) => foldTo('sum', 'ins', `rate(${counter}[${range}])`);
  const growth = (counter: string, time: string) => foldTo('sum', 'ins', `increase(${counter}[${time}])`);
  const values = {
    ckpt_timed_1m: growth('pg_checkpointer_timed', range),
    ckpt_req_1m: growth('pg_checkpointer_req', range),
    ckpt_1h: `${growth('pg_checkpointer_timed', '1h')} + ${growth('pg_checkpointer_req', '1h')}`,
    buf_flush_ckpt_rate1m: perSecond('pg_checkpointer_buffers_written'),
    buf_flush_clean_rate1m: perSecond('pg_bgwriter_buffers_clean'),
    // pg_stat_bgwriter has had this until PostgreSQL 16; pg_stat_io has it since.
    buf_flush_backend_rate1m: perSecond('pg_io_writes{type="client backend", object="relation"}'),
    buf_alloc_rate1m: perSecond('pg_bgwriter_buffers_alloc'),
  };
  return Object.entries(values).map(([name, expr]) => record(`pg:ins:${name}`, expr));
}

import { describe, expect, it } from 'vitest';
import { withLabels } from '../../generator/text/log-labels.ts';

const labels = { JOB: 'pgsql', CLS: 'pg-test', INS: 'pg-test-1', IP: '10.10.10.11' };
const unit = '[Unit]\nDescription=x\n\n[Service]\nExecStart=/bin/true\n\n[Install]\n';

describe('labels of lines in the journal', () => {
  it('are in the section of the service', () => {
    expect(withLabels('units/patroni.service', unit, labels)).toBe(
      unit.replace(
        '[Service]\n',
        '[Service]\nSyslogIdentifier=patroni\nLogExtraFields=JOB=pgsql CLS=pg-test INS=pg-test-1 IP=10.10.10.11\n',
      ),
    );
  });

  it('are one word each, whatever is in them, and % is no specifier', () => {
    const text = withLabels('units/x.service', unit, { ...labels, CLS: 'a b"%n' });
    expect(text).toContain('LogExtraFields=JOB=pgsql "CLS=a b\\"%%n" INS=');
  });

  it('leave the identifier that a unit sets, and units that run nothing', () => {
    const own = unit.replace('ExecStart', 'SyslogIdentifier=own\nExecStart');
    expect(withLabels('units/x.service', own, labels).match(/SyslogIdentifier=.*/g)).toEqual([
      'SyslogIdentifier=own',
    ]);
    expect(withLabels('units/x.timer', '[Timer]\n', labels)).toBe('[Timer]\n');
  });
});

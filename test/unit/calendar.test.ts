import { describe, expect, it } from 'vitest';
import { backupType, cronToCalendar, parseCronLine } from '../../generator/text/calendar.ts';

describe('cron fields as systemd calendar expressions', () => {
  it.each([
    ['00 01 * * *', ['*-*-* 01:00:00']],
    ['00 01 * * 1', ['Mon *-*-* 01:00:00']],
    ['00 01 * * 2,3,4,5,6,7', ['Tue,Wed,Thu,Fri,Sat,Sun *-*-* 01:00:00']],
    ['*/20 8-10 1 jan *', ['*-01-01 08,09,10:00,20,40:00']],
    ['0 0 1 * 1', ['*-*-01 00:00:00', 'Mon *-*-* 00:00:00']],
    ['5 * * * *', ['*-*-* *:05:00']],
  ])('%s', (cron, calendar) => {
    expect(cronToCalendar(cron)).toEqual(calendar);
  });

  it.each(['60 * * * *', '0 24 * * *', 'x * * * *', '0 0 0 * *', '0 0 * * 8'])('rejects %s', (cron) => {
    expect(cronToCalendar(cron)).toBeUndefined();
  });

  it('accepts nicknames of times', () => {
    expect(parseCronLine('@weekly root fstrim -a')).toEqual({
      calendar: ['Sun *-*-* 00:00:00'],
      user: 'root',
      command: 'fstrim -a',
    });
    expect(parseCronLine('@reboot root fstrim -a')).toBeUndefined();
  });

  it.each([
    ['/pg/bin/pg-backup full', 'full'],
    ['pg-backup diff', 'diff'],
    ['/pg/bin/pg-backup', 'incr'],
    ['/pg/bin/pg-backup full >/dev/null 2>&1', 'full'],
    ['pg-backup full && touch /run/done', undefined],
    ['my-pg-backup full', undefined],
  ])('%s backs up: %s', (command, type) => {
    expect(backupType(command)).toBe(type);
  });

  it('reads user and command of a crontab line', () => {
    const line = parseCronLine('00 01 * * * postgres /pg/bin/pg-backup full');
    expect(line).toEqual({
      calendar: ['*-*-* 01:00:00'],
      user: 'postgres',
      command: '/pg/bin/pg-backup full',
    });
  });
});

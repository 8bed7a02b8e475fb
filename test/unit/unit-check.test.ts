import { describe, expect, it } from 'vitest';
import { Unreachable } from '../../generator/model/brand.ts';
import { checkUnit } from '../../generator/text/unit-check.ts';

const UNIT = `# a comment
[Unit]
Description=a = b
; another comment
[Service]
ExecStart=/bin/true \\
  --setting=x \\
# a comment in between
  [more]
  X-Ours=1
User = nobody

[X-Notes]
whatever=1
[Install]
WantedBy=multi-user.target
`;

describe('a unit', () => {
  it('passes with sections and directives that systemd knows', () => {
    expect(() => checkUnit('units/a.service', UNIT)).not.toThrow();
    expect(() => checkUnit('a.timer', '[Timer]\nOnCalendar=daily\n')).not.toThrow();
    expect(() => checkUnit('a.target', '[Unit]\nWants=b.service\n')).not.toThrow();
  });

  it.each([
    [
      'a.service',
      '[Service]\n\nProtectClocks=yes\n',
      'a.service:3: systemd 252 has no ProtectClocks= in [Service], nearest: ProtectClock=',
    ],
    [
      'a.service',
      '[Unit]\nExecStart=/bin/true\n',
      'a.service:2: systemd 252 has no ExecStart= in [Unit], nearest: ',
    ],
    [
      'a.service',
      '[Service]\nRestartMode=direct\n',
      'a.service:2: systemd 252 has no RestartMode= in [Service], nearest: ',
    ],
    [
      'a.service',
      '[Service]\nexecstart=/bin/true\n',
      'a.service:2: systemd 252 has no execstart= in [Service], nearest: ExecStart=',
    ],
    ['a.service', '[Servcie]\nUser=a\n', 'a.service:1: there is no section [Servcie], nearest: Service'],
    ['a.service', '[Timer]\nOnCalendar=daily\n', 'a.service:1: there is no section [Timer]'],
    ['a.target', '[Service]\nUser=a\n', 'a.target:1: there is no section [Service]'],
    ['a.service', 'User=a\n', 'a.service:1: User= stands in no section'],
    ['a.service', '[Service]\nUser\n', 'a.service:2: neither a section nor a directive: User'],
    [
      'a.service',
      '[Service]\nExecStart=/bin/a \\\n\nb\n',
      'a.service:4: neither a section nor a directive: b',
    ],
    ['a.servce', '[Unit]\n', 'a.servce: not a kind of unit'],
  ])('is refused: %s %j', (file, text, message) => {
    expect(() => checkUnit(file, text)).toThrow(Unreachable);
    expect(() => checkUnit(file, text)).toThrow(message);
  });
});

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
  it('is valid with sections and directives that systemd knows', () => {
    expect(() => checkUnit('units/a.service', UNIT)).not.toThrow();
    expect(() => checkUnit('a.timer', '[Timer]\nOnCalendar=daily\n')).not.toThrow();
    expect(() => checkUnit('a.target', '[Unit]\nWants=b.service\n')).not.toThrow();
  });

  it.each([
    [
      'a.service',
      '[Service]\n\nProtectClocks=yes\n',
      'a.service:3: unknown directive ProtectClocks= in [Service], most similar: ProtectClock=',
    ],
    [
      'a.service',
      '[Unit]\nExecStart=/bin/true\n',
      'a.service:2: unknown directive ExecStart= in [Unit], most similar: ',
    ],
    [
      'a.service',
      '[Service]\nRestartMode=direct\n',
      'a.service:2: unknown directive RestartMode= in [Service], most similar: ',
    ],
    [
      'a.service',
      '[Service]\nexecstart=/bin/true\n',
      'a.service:2: unknown directive execstart= in [Service], most similar: ExecStart=',
    ],
    ['a.service', '[Servcie]\nUser=a\n', 'a.service:1: unknown section [Servcie], most similar: Service'],
    ['a.service', '[Timer]\nOnCalendar=daily\n', 'a.service:1: unknown section [Timer]'],
    ['a.target', '[Service]\nUser=a\n', 'a.target:1: unknown section [Service]'],
    ['a.service', 'User=a\n', 'a.service:1: User= is outside of a section'],
    ['a.service', '[Service]\nUser\n', 'a.service:2: neither a section nor a directive: User'],
    [
      'a.service',
      '[Service]\nExecStart=/bin/a \\\n\nb\n',
      'a.service:4: neither a section nor a directive: b',
    ],
    ['a.servce', '[Unit]\n', 'a.servce: not a kind of unit'],
  ])('is rejected: %s %j', (file, text, message) => {
    expect(() => checkUnit(file, text)).toThrow(Unreachable);
    expect(() => checkUnit(file, text)).toThrow(message);
  });
});

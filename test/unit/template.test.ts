import { describe, expect, it } from 'vitest';
import { Unreachable } from '../../generator/model/brand.ts';
import { quoteSystemd } from '../../generator/text/quote.ts';
import { renderTemplate } from '../../generator/text/template.ts';

function render(name: string, text: string, view: object, more: readonly (readonly [string, string])[] = []) {
  return renderTemplate(new Map([[name, text], ...more]), name, view);
}

describe('a template', () => {
  it('prints strings and numbers unchanged', () => {
    expect(render('a.sh.ejs', '<%= view.a %> <%= view.b %>', { a: '<"&\n%', b: 1 })).toBe('<"&\n% 1');
  });

  it.each([
    ['<%= view.b %>', { a: 1 }],
    ['<%= view.a.b %>', { a: { c: 1 } }],
    ['<%= view.a %>', { a: undefined }],
    ['<%= view.a %>', { a: null }],
    ['<%= view.a %>', { a: true }],
    ['<%= view.a %>', { a: Number.NaN }],
    ['<%= view.a %>', { a: ['b'] }],
    ["<%= include('missing') %>", {}],
  ])('rejects %s with %j', (text, view) => {
    expect(() => render('a.sh.ejs', text, view)).toThrow(Unreachable);
  });

  it.each(['\n', '\r', '\0', '\x1b', 'x\nExecStartPre=/bin/evil'])(
    'of a unit refuses the value %j',
    (value) => {
      for (const kind of ['service', 'timer', 'target'])
        expect(() => render(`a.${kind}.ejs`, 'Description=<%= view.a %>\n', { a: value })).toThrow(
          /line break/,
        );
    },
  );

  it('of a unit accepts lines of other templates, and quoted values', () => {
    const shared = ['shared/more.ejs', 'User=a\nGroup=a\n'] as const;
    const text = "<%= include('shared/more.ejs') -%>\nBindPaths=<%= systemd(view.a) %>\n";
    expect(render('a.service.ejs', text, { a: 'one\nUser=root' }, [shared])).toBe(
      'User=a\nGroup=a\nBindPaths="one\\nUser=root"\n',
    );
  });
});

describe('a word of a systemd setting', () => {
  it.each([
    ['/data/pg-meta', '/data/pg-meta'],
    ['', '""'],
    ['two words', '"two words"'],
    ['50%', '"50%%"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ['a\nUser=root', '"a\\nUser=root"'],
    ["it's", '"it\'s"'],
    ['#x', '"#x"'],
  ])('%j', (text, quoted) => {
    expect(quoteSystemd(text)).toBe(quoted);
  });
});

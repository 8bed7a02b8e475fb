/** An inventory of one host with these variables. */
function host(variables: string): string {
  const lines = variables.trim().split('\n');
  return `all:\n  children:\n    g:\n      hosts:\n        10.0.0.1:\n${lines.map((line) => `          ${line}`).join('\n')}\n`;
}

const scalars = {
  'yes and its kin': ['yes', 'Yes', 'YES', 'on', 'On', 'ON', 'true', 'True', 'TRUE'],
  'no and its kin': ['no', 'No', 'NO', 'off', 'Off', 'OFF', 'false', 'False', 'FALSE'],
  'words that only look like them': ['y', 'n', 'Y', 'N', 'yEs', 'tRUE', 'oN'],
  nothing: ['~', 'null', 'Null', 'NULL', 'nULL', ''],
  'octal numbers': ['0644', '0', '-017', '00', '0_7'],
  'what is no octal number': ['08', '09', '0o17'],
  'binary and hexadecimal': ['0b101', '-0b1', '0x1F', '+0xff', '0X1F', '0B1'],
  'underscores in numbers': ['1_000', '1__0', '_1', '1_'],
  'base 60': ['10:20', '1:2:3', '-1:30', '190:20:30', '0:30', '10:60', '5432:99'],
  'base 60 with a fraction': ['10:20.5', '1:2:3.25'],
  floats: ['1.5', '.5', '1.', '-.5', '+1.5', '1.5e+3', '1.5E-3', '6.8523015e+5'],
  'what is no float': ['1e3', '1.5e3', '.', '1.2.3', '5e+3'],
  'beyond numbers': ['.inf', '-.Inf', '.INF'],
  dates: ['2030-12-31', '2030-1-1'],
  addresses: ['10.10.10.10', '10.10.10.0/24', '10.10.10.2:5432', 'fe80::1'],
  versions: ['17', '17.2', '1.21.0', 'v3'],
  signs: ['+', '--', '+1', '-1', '"- 1"', '-a'],
  'quoted in single quotes': ["'yes'", "'0644'", "'it''s'", "''", "' a '"],
  'quoted in double quotes': ['"no"', '"1"', '"a\\tb"', '"\\u00e9"', '"\\x41"', '"a\\\\b"', '"\\""'],
  tagged: ['!!str 1', '!!str yes', '!!int "5"', '!!float "1"', '!!bool "yes"'],
  'colons and hashes': ['a:b', 'a #b', 'a#b', 'http://x/y#z'],
  'other letters': ['größe', '中文', '"\\N"'],
} as const;

const scalarCases = Object.entries(scalars).map(([name, values]) => [
  `scalars: ${name}`,
  host(values.map((value, index) => `v${index}: ${value}`).join('\n')),
]);

const texts = {
  'literal block': 'v: |\n  a\n   b\n\n  c\nw: 1',
  'literal block, stripped': 'v: |-\n  a\n  b\nw: 1',
  'literal block, kept': 'v: |+\n  a\n\nw: 1',
  'folded block': 'v: >\n  a\n  b\n\n  c\n   d\n  e\nw: 1',
  'folded block, stripped': 'v: >-\n  a\n  b\nw: 1',
  'block with an indent of its own': 'v: |2\n    a\n   b\nw: 1',
  'plain text over lines': 'v: a\n  b\n\n  c\nw: 1',
  'quoted text over lines': 'v: "a\n  b\n\n  c \\\n  d"\nw: 1',
  'single-quoted over lines': "v: 'a\n  b'\nw: 1",
  comments: '# a\nv: 1 # b\n# c\nw: "# d"',
  'lists and dictionaries': 'v: [a, 1, yes, [b], {c: d}]\nw: {a: 1, b: {c: [2]}}',
  'lists in blocks': 'v:\n- a\n- - b\n  - c\n- d: 1\n  e: 2',
  'flow over lines': 'v: {\n  a: 1,\n  b: [ x,\n    y ],\n  }\nw: 2',
  'no spaces in flow': 'v: {a: 1,b: 2}\nw: [1,2]\nx: {"a":1}',
  'a key without a value in flow': 'v: {a, b: 1}\nw: [a: 1]',
  'keys that are numbers': 'v: { 6379: { }, 1.5: a }',
  'an unknown tag': 'v: !mine 1',
  'a vault': 'v: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162',
  'quoted keys': '"v": 1\n\'w\': 2',
  'long keys': '? v\n: 1\n? w\n: [2]',
  'anchors and aliases': 'v: &a { x: 1 }\nw: *a\nz: [*a, *a]',
  'anchors on scalars': 'v: &a yes\nw: *a\nx: &b "yes"\nz: *b',
  'merge keys': 'v: &a { x: 1, y: 2 }\nw: { <<: *a, y: 3 }',
  'several merged': 'a: &a { x: 1, y: 1 }\nb: &b { y: 2, z: 2 }\nw: { <<: [*a, *b], q: 0 }',
  'merged of merged': 'a: &a { x: 1 }\nb: &b { <<: *a, y: 2 }\nw: { <<: *b, z: 3 }',
  'merge in the middle': 'a: &a { x: 1, y: 1 }\nw:\n  y: 2\n  <<: *a\n  z: 3',
  'two merge keys': 'a: &a { x: 1 }\nb: &b { y: 2 }\nw:\n  <<: *a\n  <<: *b\n  z: 3',
  'a quoted merge key': 'v: { "<<": 1 }',
  'an anchor set twice': 'v: &a 1\nw: *a\nx: &a 2\ny: *a',
  'empty collections': 'v: []\nw: {}\nx: [ ]\ny:',
} as const;

const textCases = Object.entries(texts).map(([name, variables]) => [`forms: ${name}`, host(variables)]);

const scopes = {
  'host over group over all':
    'all:\n  vars: { a: all, b: all, c: all }\n  children:\n    g:\n      vars: { b: group, c: group }\n      hosts: { 10.0.0.1: { c: host } }',
  'groups in alphabetical order':
    'all:\n  children:\n    zz: { hosts: { 10.0.0.1: }, vars: { a: zz, b: zz } }\n    aa: { hosts: { 10.0.0.1: }, vars: { a: aa, c: aa } }',
  'dictionaries are replaced':
    'all:\n  vars: { a: { x: 1, y: 2 } }\n  children:\n    g: { hosts: { 10.0.0.1: }, vars: { a: { y: 3 } } }',
  'null over a value': 'all:\n  vars: { a: 1 }\n  children:\n    g: { hosts: { 10.0.0.1: }, vars: { a: } }',
  'a child over its parent':
    'all:\n  children:\n    aa:\n      vars: { a: parent, b: parent }\n      children:\n        zz: { hosts: { 10.0.0.1: }, vars: { a: child } }\n    bb: { hosts: { 10.0.0.1: }, vars: { a: bb, b: bb } }',
  'depth before the alphabet':
    'all:\n  children:\n    mm:\n      vars: { a: mm }\n      children:\n        aa: { hosts: { 10.0.0.1: }, vars: { a: aa } }\n    zz: { hosts: { 10.0.0.1: }, vars: { a: zz } }',
  'a group with two parents':
    'all:\n  children:\n    p: { vars: { a: p, b: p }, children: { g: } }\n    q: { vars: { a: q, c: q }, children: { g: { hosts: { 10.0.0.1: } } } }',
  'a group in two places':
    'all:\n  children:\n    g: { hosts: { 10.0.0.1: }, vars: { a: 1, b: 1 } }\n    p: { children: { g: { hosts: { 10.0.0.2: }, vars: { b: 2 } } } }',
  'the longest way to a group':
    'all:\n  children:\n    a: { vars: { v: a }, hosts: { 10.0.0.1: } }\n    p: { children: { q: { vars: { v: q }, children: { a: } } } }\n    z: { vars: { v: z }, hosts: { 10.0.0.1: } }',
  'priority of groups':
    'all:\n  children:\n    aa: { hosts: { 10.0.0.1: }, vars: { a: aa, ansible_group_priority: 5 } }\n    zz: { hosts: { 10.0.0.1: }, vars: { a: zz } }',
  'a host in two groups, with variables in both':
    'all:\n  children:\n    zz: { hosts: { 10.0.0.1: { a: zz, b: zz } } }\n    aa: { hosts: { 10.0.0.1: { a: aa, c: aa } } }',
  'hosts of all': 'all:\n  hosts: { 10.0.0.1: { a: 1 } }\n  vars: { b: 2 }',
  'variables of ungrouped':
    'all:\n  hosts: { 10.0.0.1: { a: 1 } }\n  children:\n    ungrouped: { vars: { b: 2 } }\n    g: { hosts: { 10.0.0.2: } }',
  'a host of all that is in a group':
    'all:\n  hosts: { 10.0.0.1: { a: 1 } }\n  children:\n    g: { hosts: { 10.0.0.1: { b: 2 } }, vars: { c: 3 } }',
  'a group without hosts':
    'all:\n  children:\n    g: { vars: { a: 1 } }\n    h: { hosts: { 10.0.0.1: } }\n    i:',
  'merge keys between groups':
    'all:\n  children:\n    g: { hosts: { 10.0.0.1: }, vars: &v { a: 1, b: 2 } }\n    h: { hosts: { 10.0.0.2: }, vars: { <<: *v, b: 3 } }',
  'an alias for hosts':
    'all:\n  children:\n    g: { hosts: &h { 10.0.0.1: { a: 1 } } }\n    i: { hosts: *h, vars: { b: 2 } }',
  'parameters by another name':
    'all:\n  children:\n    g: { hosts: { 10.0.0.1: { pg_port: "5433", pg_rto: 40 } } }',
  'a document mark': '---\nall:\n  children:\n    g: { hosts: { 10.0.0.1: { a: 1 } } }\n...\n',
  'a directive': '%YAML 1.1\n---\nall:\n  children:\n    g: { hosts: { 10.0.0.1: { a: yes } } }\n',
  'two documents': 'all:\n  hosts: { 10.0.0.1: }\n---\nall:\n  hosts: { 10.0.0.2: }\n',
  'a tab for indentation': 'all:\n\thosts: { 10.0.0.1: }\n',
  'an unclosed bracket': 'all:\n  hosts: { 10.0.0.1: { a: [1 }\n',
  'an alias without an anchor': 'all:\n  hosts: { 10.0.0.1: { a: *gone } }\n',
  'a list where a mapping belongs': 'all:\n  children: [g, h]\n',
} as const;

const scopeCases = Object.entries(scopes).map(([name, text]) => [`scopes: ${name}`, `${text}\n`]);

/** Inventories by what they are about. */
export const CASES: Readonly<Record<string, string>> = Object.fromEntries([
  ...scalarCases,
  ...textCases,
  ...scopeCases,
]);

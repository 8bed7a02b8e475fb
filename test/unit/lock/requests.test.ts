import { describe, expect, it } from 'vitest';
import { platformsWith } from '../../../generator/distributions/index.ts';
import { loadRecipes, parseRecipe } from '../../../generator/effects/recipes.ts';
import { imageRequests, isStale, lockInputs } from '../../../generator/lock/requests.ts';
import { Unreachable } from '../../../generator/model/brand.ts';
import type { ImageRecipe } from '../../../generator/model/image.ts';
import type { Lock } from '../../../generator/model/lock.ts';
import type { ImageUse } from '../../../generator/model/plan.ts';

const BASE = 'title: base\npackages:\n  debian13: [dash]\nabsent:\n  debian13: [perl-base, debconf]\n';
const APP = `title: app \${version}
base: base
packages:
  debian13:
    - app-\${version}
    - name: locales
      only: [usr/lib/locale/C.utf8]
links:
  - { path: /usr/bin/app, target: '../lib/\${version}/app' }
directories:
  - { path: /pg, mode: 0o750 }
`;

const FAMILY = `title: base
packages:
  debian: [dash]
  debian14: [new-base]
absent:
  debian: [perl]
  debian14: [systemd]
`;
const APP_14 = APP.replace('links:', '  debian14: ["app-${version}-next"]\nlinks:');

function recipes(...texts: readonly (readonly [string, string])[]): ReadonlyMap<string, ImageRecipe> {
  return new Map(texts.map(([name, text]) => [name, recipe(name, text)]));
}

function recipe(name: string, text: string): ImageRecipe {
  const result = parseRecipe(text, `images/${name}.yml`);
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.value;
}

const both = recipes(['base', BASE], ['app', APP]);
const use: ImageUse = {
  name: 'app-1',
  recipe: 'app',
  platform: 'debian13',
  arguments: { version: '1' },
  packages: [],
};
const platforms = platformsWith([]);

function work(uses: readonly ImageUse[], from = both) {
  const result = imageRequests(uses, from);
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.value;
}

describe('requests of images', () => {
  it('hold the recipe’s packages with arguments put in, the base’s below, and who asked', () => {
    const { requests, specs } = work([use]);
    expect(requests.map((one) => one.name)).toEqual(['app-1', 'base']);
    expect(requests[0]).toMatchObject({
      packages: [
        { name: 'dash', askedBy: 'images/base.yml:3' },
        { name: 'app-1', askedBy: 'images/app.yml:5', place: { file: 'images/app.yml', line: 5, column: 7 } },
        { name: 'locales', askedBy: 'images/app.yml:6' },
      ],
      absent: ['debconf', 'perl-base'],
    });
    expect(specs[0]?.named).toEqual(['app-1', 'locales']);
    expect(specs[0]?.recipe.links).toEqual([{ path: '/usr/bin/app', target: '../lib/1/app' }]);
    expect(specs[0]?.recipe.directories).toEqual([{ path: '/pg', mode: 0o750, owner: 'root' }]);
  });

  it('hold packages of parameters, which are never absent', () => {
    const extra = { name: 'perl-base', askedBy: 'pg_extensions' };
    const [request] = work([{ ...use, packages: [extra] }]).requests;
    expect(request?.packages.at(-1)).toEqual(extra);
    expect(request?.absent).toEqual(['debconf']);
  });

  it('are one for equal uses on many hosts', () => {
    expect(work([use, { ...use }]).specs).toHaveLength(1);
    expect(() => work([use, { ...use, arguments: { version: '2' } }])).toThrow(Unreachable);
    expect(() => work([{ ...use, arguments: {} }])).toThrow('images/app.yml needs an argument version');
  });

  it('are of two platforms in one lock, each on a base of its own', () => {
    const { requests, specs } = work(
      [use, { ...use, platform: 'debian14' }],
      recipes(['base', FAMILY], ['app', APP_14]),
    );
    expect(requests.map(({ name, platform }) => `${name} ${platform}`)).toEqual([
      'app-1 debian13',
      'app-1.debian14 debian14',
      'base debian13',
      'base debian14',
    ]);
    expect(specs.map(({ name }) => name)).toEqual(['app-1', 'app-1.debian14']);
    expect(requests.map(({ packages }) => packages.map(({ name }) => name).join(' '))).toEqual([
      'dash app-1 locales',
      'dash new-base app-1-next',
      'dash',
      'dash new-base',
    ]);
    expect(requests.map(({ absent }) => absent.join(' '))).toEqual([
      'perl',
      'perl systemd',
      'perl',
      'perl systemd',
    ]);
  });

  it('reject globs and other patterns', () => {
    const names = ['postgis*', 'Postgis', '-o', 'a b', 'perl-', 'libfoo.*'];
    const packages = names.map((name) => ({ name, askedBy: 'pg_extensions' }));
    const { diagnostics } = imageRequests([{ ...use, packages }], both);
    expect(diagnostics.map((one) => one.message.split(' ')[0])).toEqual([
      'postgis*',
      'Postgis',
      '-o',
      'a',
      'libfoo.*',
    ]);
    expect(new Set(diagnostics.map((one) => one.code))).toEqual(new Set(['lock/bad-package-name']));
  });

  it('reject a platform that the recipe does not have', () => {
    const { ok, diagnostics } = imageRequests([{ ...use, platform: 'el9' }], both);
    expect(ok).toBe(false);
    expect(diagnostics.map((one) => [one.code, one.help])).toEqual([
      ['lock/platform-unknown', 'available platforms: debian13'],
      ['lock/platform-unknown', 'available platforms: debian13'],
    ]);
  });
});

describe('a lock', () => {
  const lock = (uses: readonly ImageUse[], from = both): Lock => {
    return { version: 1, inputs: lockInputs(work(uses, from).requests, platforms), platforms: [] };
  };

  it('is not out of date if lines move or the order of hosts changes', () => {
    const moved = recipes(['base', `# a comment\n${BASE}`], ['app', APP]);
    expect(isStale(lock([use]), work([use], moved).requests, platforms)).toBe(false);
    const other = { ...use, name: 'app-2', arguments: { version: '2' } };
    expect(isStale(lock([use, other]), work([other, use]).requests, platforms)).toBe(false);
  });

  it('is out of date if a requested package is added or removed', () => {
    const extra = { ...use, packages: [{ name: 'postgis', askedBy: 'pg_extensions' }] };
    expect(isStale(lock([use]), work([extra]).requests, platforms)).toBe(true);
    expect(isStale(lock([extra]), work([use]).requests, platforms)).toBe(true);
    const absent = recipes(['base', BASE.replace('debconf', 'ucf')], ['app', APP]);
    expect(isStale(lock([use]), work([use], absent).requests, platforms)).toBe(true);
    expect(isStale(lock([use]), work([{ ...use, arguments: { version: '2' } }]).requests, platforms)).toBe(
      true,
    );
  });
});

describe('a lock of packages that another release lends', () => {
  const lender = { archive: 'debian', suite: 'next', component: 'main', packages: ['app-1'] };
  const lent = (packages: readonly string[]) =>
    new Map([...platforms].map(([name, one]) => [name, { ...one, lenders: [{ ...lender, packages }] }]));

  it('is out of date if a release lends another package that an image asks for, or none', () => {
    const { requests } = work([use]);
    const none = lockInputs(requests, lent([]));
    expect(lockInputs(requests, lent(['app-1']))).not.toBe(none);
    expect(lockInputs(requests, lent(['no-such-package']))).toBe(none);
  });
});

describe('a lock of further sources', () => {
  it('is out of date if one is added or removed, but not if its address or key changes', () => {
    const source = {
      archive: 'ours',
      platform: 'debian13',
      address: 'https://a.example/',
      suite: 'test',
      component: 'main',
      key: 'one',
    };
    const { requests } = work([use]);
    const inputs = lockInputs(requests, platformsWith([source]));
    expect(inputs).not.toBe(lockInputs(requests, platforms));
    const forOther = platformsWith([{ ...source, platform: 'debian14' }]);
    expect(lockInputs(requests, forOther)).toBe(lockInputs(requests, platforms));
    const moved = { ...source, address: 'https://b.example/', key: 'two' };
    expect(lockInputs(requests, platformsWith([moved]))).toBe(inputs);
  });
});

describe('a recipe', () => {
  it.each([
    ['title: x\npackages: {}\nuser_s: []\n', 1, 'user_s'],
    ['title: x\npackages:\n  debian13:\n    - { name: a, only: [/usr] }\n', 4, 'a path without leading'],
    [
      'title: x\npackages: {}\nusers:\n  - { name: a, uid: 1000, gid: 1, home: /, shell: /bin/sh }\n',
      4,
      'uid',
    ],
    ['title: x\npackages: {}\nprovides:\n  - usr/bin/x\n', 4, 'an absolute path'],
    ['title: x\npackages: {}\nabsent:\n  debian12: [a]\n', 4, 'debian12'],
    ['title: [x\n', 1, ''],
  ])('that is wrong is named with its line: %#', (text, line, words) => {
    const { ok, diagnostics } = parseRecipe(text, 'images/x.yml');
    expect(ok).toBe(false);
    expect(diagnostics[0]).toMatchObject({ code: 'image/bad-recipe', place: { file: 'images/x.yml', line } });
    expect(JSON.stringify(diagnostics)).toContain(words);
  });

  it('of images/ can be read; every base exists and every owner is a user of the recipe', async () => {
    const result = await loadRecipes('images');
    expect(result.diagnostics).toEqual([]);
    for (const one of result.ok ? result.value.values() : []) {
      const owners = one.directories.map(({ owner }) => owner).filter((owner) => owner !== 'root');
      expect(one.users.map(({ name }) => name)).toEqual(expect.arrayContaining(owners));
      if (one.base !== undefined) expect(result.ok && result.value.has(one.base)).toBe(true);
    }
  });
});

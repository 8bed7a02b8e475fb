import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT, exitCodeFor } from '../../generator/cli/exit-codes.ts';
import { compile } from '../../generator/compile.ts';
import { loadRecipes } from '../../generator/effects/recipes.ts';
import { isBuilt } from '../../generator/model/module.ts';
import type { FileSource, HostPlan } from '../../generator/model/plan.ts';
import { modules } from '../../generator/modules/index.ts';
import { parameterTables } from '../../generator/modules/parameters.ts';
import { AGENT } from '../agent/support/sample.ts';
import { mustPigsty, root } from '../support/product.ts';
import { blueprints, samplePlans } from '../support/sample-plans.ts';

/* Modules, images, units, blueprints, and README's lists of commands and exit codes are complete. */
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const folders = (path: string) =>
  readdirSync(join(root, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();

const loaded = await loadRecipes(join(root, 'images'));
if (!loaded.ok) throw new Error('images/ has a recipe that cannot be read');
const recipes = loaded.value;
const hosts = samplePlans();

/** The programs that an image promises, its base's too. */
function promised(host: HostPlan, image: string): string[] {
  const use = host.images.find(({ name }) => name === image);
  const recipe = recipes.get(use?.recipe ?? '');
  const base = recipes.get(recipe?.base ?? '');
  const names = [...(recipe?.provides ?? []), ...(base?.provides ?? [])];
  return names.map((name) => name.replace(/\$\{(\w+)\}/g, (_, argument) => use?.arguments[argument] ?? ''));
}

describe('modules', () => {
  it('have a table of parameters each, and a folder for their templates when they are built', () => {
    expect(parameterTables.map((table) => table.module).sort()).toEqual(folders('generator/modules'));
    const built = modules.filter(isBuilt).map((module) => module.name);
    expect(folders('units')).toEqual([...built, 'agent', 'shared'].sort());
    for (const { name, parameters } of modules) expect(parameters.module).toBe(name);
  });

  it('come with the files of a module', () => {
    for (const module of modules) {
      const files = readdirSync(join(root, 'generator/modules', module.name));
      const wanted = ['index.ts', 'params.ts', ...(isBuilt(module) ? ['plan.ts'] : [])];
      expect(files, module.name).toEqual(expect.arrayContaining(wanted));
    }
  });
});

describe('image recipes', () => {
  it('are those that plans use, and their bases', () => {
    const used = new Set(hosts.flatMap((host) => host.images.map((image) => image.recipe)));
    for (const name of used) {
      const base = recipes.get(name)?.base;
      if (base) used.add(base);
    }
    expect([...recipes.keys()].sort()).toEqual([...used].sort());
  });

  it('name the program that the image starts, and provide it', () => {
    for (const [name, recipe] of recipes) {
      expect(recipe.provides.length, name).toBeGreaterThan(0);
      if (recipe.base) expect(recipe.provides, name).toContain(recipe.entrypoint[0]);
    }
  });

  it('provide the programs that units and commands run', () => {
    for (const host of hosts) {
      const missing = [...unitPrograms(host), ...commandPrograms(host)].filter(
        ({ image, program }) => !promised(host, image).includes(program),
      );
      expect(missing).toEqual([]);
    }
  });
});

type Use = { readonly image: string; readonly program: string };

/** The first words of Exec lines. */
function unitPrograms(host: HostPlan): Use[] {
  return host.units.flatMap(({ file, image }) => {
    const source = host.files.find(({ path }) => path === file)?.source;
    if (image === undefined || source?.kind !== 'template') return [];
    const lines = read(`units/${source.template}`).matchAll(/^Exec\w+=[-@:+!]*(\S+)/gm);
    return [...lines].map(([, program = '']) => ({ image, program }));
  });
}

/** Commands of the host that run a program of an image. */
function commandPrograms(host: HostPlan): Use[] {
  return host.files.flatMap(({ source }) => commandUse(source));
}

function commandUse(source: FileSource): Use[] {
  if (source.kind !== 'template') return [];
  const { program, root: image } = source.view;
  if (typeof program !== 'string' || typeof image !== 'object' || image === null || !('$image' in image))
    return [];
  return [{ program: program.split(' ')[0] ?? '', image: String(image.$image) }];
}

/** An archive of its user has what Debian does not carry; two hosts survive the loss of one of them only by hand. */
const EXPECTED: Record<string, readonly string[]> = {
  citus: ['pgsql/citus-not-carried'],
  dual: ['pgsql/host-without-failover'],
};

describe('blueprints', () => {
  it.each(blueprints)('%s begins with its purpose, and compiles without a warning', (name) => {
    const text = read(`blueprints/${name}.yml`);
    expect(text).toMatch(/^(#.*\n){3,}all:\n/);
    expect(text).toContain(`build blueprints/${name}.yml`);
    const { ok, diagnostics } = compile(text, `${name}.yml`, name);
    const warnings = diagnostics.filter(({ severity }) => severity !== 'notice').map(({ code }) => code);
    // They are samples: their user sets passwords, or `pigsty init` does.
    expect(warnings).toEqual([...(EXPECTED[name] ?? []), 'site/published-password']);
    expect(ok).toBe(true);
  });
});

describe('README', () => {
  const readme = read('README.md');
  /** `0 done, 1 unexpected error, …` -> 0, 1 */
  const codes = (text = '') =>
    [...text.matchAll(/(?:^|,\s|\sand\s)(\d+)(?=\s|,|\.|$)/g)].map(([, code]) => Number(code));

  it('lists the exit codes of pigsty', () => {
    const list = /## Exit codes\s+([\s\S]*?)\. The agent/.exec(readme)?.[1];
    expect(codes(list)).toEqual(Object.values(EXIT));
  });

  it('lists the exit codes of the agent, as the page of the bundle does', () => {
    const own = new Set(
      [...AGENT.matchAll(/^\s*(?:[^#\n]*\s)?(?:fail|exit|exit_with) (\d+)\b/gm)].map(([, code]) =>
        Number(code),
      ),
    );
    const page = codes(/\nExit codes: ([\s\S]*?)\. All/.exec(read('docs/bundle.md'))?.[1]);
    const short = codes(/The agent on the node: ([\s\S]*?)\.\n/.exec(readme)?.[1]);
    expect(short.filter((code) => !page.includes(code))).toEqual([]);
    expect(page.filter((code) => ![0, 130, 143].includes(code) && !own.has(code))).toEqual([]);
  });

  it('lists all commands', async () => {
    const help = await mustPigsty(['--help']);
    const there = [...help.matchAll(/^ {2}(\w+) /gm)]
      .map(([, verb]) => verb)
      .filter((verb) => verb !== 'help');
    const listed = new Set([...readme.matchAll(/^\| `pigsty (\w+)/gm)].map(([, verb]) => verb));
    expect([...listed].sort()).toEqual(there.sort());
  });
});

describe('exit codes', () => {
  it('follow from diagnostics that exist', () => {
    const named = [...read('generator/cli/exit-codes.ts').matchAll(/'([a-z]+\/[a-z-]+)'/g)].map(
      ([, code]) => code,
    );
    const sources = readdirSync(join(root, 'generator'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('exit-codes.ts'))
      .map((name) => read(join('generator', name)));
    const defined = sources.flatMap((text) =>
      [...text.matchAll(/rule<[\s\S]*?>\(\s*'([a-z]+\/[a-z-]+)'/g)].map(([, code]) => code),
    );
    expect(defined.length).toBeGreaterThan(40);
    expect(named.filter((code) => !defined.includes(code))).toEqual([]);
    expect(exitCodeFor(['lock/source-unreachable', 'fetch/wrong-hash'])).toBe(EXIT.verification);
  });
});

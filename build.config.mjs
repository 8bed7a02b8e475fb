/** Bundles generator/ and its libraries into dist/: the `pigsty` command, which needs Node and nothing else of npm. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

const root = fileURLToPath(new URL('.', import.meta.url));
const dist = join(root, 'dist');
const COMPILE = '--compile';
const CONSOLE = '--console';

if (process.argv[2] === COMPILE) await compileVerbs(process.argv[3]);
else if (process.argv[2] === CONSOLE) await bundleConsole();
else {
  rmSync(dist, { recursive: true, force: true });
  await bundleConsole();
  await bundle();
}

async function bundle() {
  const { build } = await import('esbuild');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  await build({
    // The command alone is small: what it prints of itself, it prints at once. Verbs come with their compiled form.
    entryPoints: {
      pigsty: 'generator/cli.ts',
      verbs: 'generator/cli/verbs.ts',
      'emit-worker': 'generator/emit/emit-worker.ts',
    },
    absWorkingDir: root,
    outdir: 'dist',
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    sourcemap: 'linked',
    // Half of zod is what tree shaking leaves out of its ES modules only.
    mainFields: ['module', 'main'],
    // Its build for browsers does not read the environment for each token, and is ES modules too.
    alias: { yaml: './node_modules/yaml/browser/index.js' },
    define: { 'process.env.PIGSTY_VERSION': JSON.stringify(version), 'import.meta.dirname': '__dirname' },
    logLevel: 'warning',
  });
  writeFileSync(join(dist, 'package.json'), '{ "type": "commonjs" }\n');
  // npm makes a program executable when it links it, and links it once: after a later build nobody else does.
  chmodSync(join(dist, 'pigsty.js'), 0o755);
  const scratch = mkdtempSync(join(tmpdir(), 'pigsty-compile-'));
  const compiled = spawnSync(process.execPath, [fileURLToPath(import.meta.url), COMPILE, scratch], {
    encoding: 'utf8',
  });
  rmSync(scratch, { recursive: true, force: true });
  if (compiled.status !== 0) throw new Error(`verbs.cache: ${compiled.stderr}`);
}

/**
 * The web application of the monitoring centre, which needs no other files, the pages about alerts, and the style of these and of
 * the portal's own page. Bundles get them as they are (`asset` in model/plan.ts).
 */
async function bundleConsole() {
  const { build } = await import('esbuild');
  const outdir = join(dist, 'console');
  rmSync(outdir, { recursive: true, force: true });
  await build({
    entryPoints: { app: 'generator/console/app.ts', style: 'generator/console/style.css' },
    absWorkingDir: root,
    outdir,
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: ['chrome120', 'firefox121', 'safari17.4'],
    banner: { js: `/* Contains uPlot:\n${readFileSync(join(root, 'node_modules/uplot/LICENSE'), 'utf8')}*/` },
    logLevel: 'warning',
  });
  // Files of a generation all have the same time, so that browsers cannot see a change by it: addresses have a digest.
  const page = readFileSync(join(root, 'generator/console/index.html'), 'utf8');
  const named = page.replaceAll(/"(app[.]js|style[.]css)"/g, (_, name) => {
    const digest = createHash('sha256')
      .update(readFileSync(join(outdir, name)))
      .digest('hex');
    return `"${name}?${digest.slice(0, 12)}"`;
  });
  writeFileSync(join(outdir, 'index.html'), named);
  copyFileSync(join(root, 'generator/console/portal.css'), join(outdir, 'portal.css'));
  const { writeAlertPages } = await import('./alerts.config.mjs');
  writeAlertPages(join(root, 'docs/alerts'), join(outdir, 'alerts'));
}

/** Runs a build of blueprint full in `scratch`, and keeps what V8 has compiled for it (generator/cli/load-verbs.ts). */
async function compileVerbs(scratch) {
  const file = join(dist, 'verbs.js');
  const script = new Script(Module.wrap(readFileSync(file, 'utf8')), { filename: file });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(file), module, file, dist);
  const inventory = join(scratch, 'full.yml');
  copyFileSync(join(root, 'blueprints', 'full.yml'), inventory);
  await module.exports.runValidate(inventory, { quiet: true });
  await module.exports.runBuild(inventory, { quiet: true, configOnly: true, output: join(scratch, 'out') });
  const data = script.createCachedData();
  const digest = createHash('sha256').update(readFileSync(file)).update(data).digest();
  writeFileSync(join(dist, 'verbs.cache'), Buffer.concat([digest, data]));
}

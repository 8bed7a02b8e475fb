/** Bundles generator/ and its libraries into dist/: the `pigsty` command, which needs Node and nothing else of npm. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

const root = fileURLToPath(new URL('.', import.meta.url));
const dist = join(root, 'dist');
const COMPILE = '--compile';

if (process.argv[2] === COMPILE) await compileVerbs(process.argv[3]);
else await bundle();

async function bundle() {
  const { build } = await import('esbuild');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  rmSync(dist, { recursive: true, force: true });
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
  // Finished files that bundles get as they are (generator/emit, kind `asset`).
  cpSync(join(root, 'generator', 'console'), join(dist, 'console'), { recursive: true });
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

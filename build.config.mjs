/** Bundles generator/ and its libraries into dist/: the `pigsty` command, which needs Node and nothing else of npm. */
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

rmSync(new URL('dist', import.meta.url), { recursive: true, force: true });
await build({
  entryPoints: { pigsty: 'generator/cli.ts', 'emit-worker': 'generator/emit/emit-worker.ts' },
  absWorkingDir: fileURLToPath(new URL('.', import.meta.url)),
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  chunkNames: 'chunks/[name]-[hash]',
  sourcemap: 'linked',
  // An import() of a bundled CommonJS library would find its exports only below `default`.
  mainFields: ['module', 'main'],
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  define: { 'process.env.PIGSTY_VERSION': JSON.stringify(version) },
  logLevel: 'warning',
});

// npm makes a program executable when it links it, and links it once: after a later build nobody else does.
chmodSync(new URL('dist/pigsty.js', import.meta.url), 0o755);

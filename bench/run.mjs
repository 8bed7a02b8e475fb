/**
 * `npm run bench`: bundles main.ts and runs it with the given arguments. The bundle is two directories below the
 * checkout, like test/support, because product.ts finds the checkout by its own path.
 */
import { build } from 'esbuild';

const outfile = new URL('../node_modules/.cache/pigsty-bench.mjs', import.meta.url);

await build({
  entryPoints: [new URL('main.ts', import.meta.url).pathname],
  outfile: outfile.pathname,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
});
await import(outfile.href);

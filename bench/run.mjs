/**
 * `npm run bench`: bundles main.ts and runs it with the arguments that follow. The bundle lies two directories below
 * the checkout, as test/support does: product.ts finds the checkout from where it stands.
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

import { SEED } from '../../support/random.ts';
import type { Suite } from '../../support/rootfs.ts';

/** Blueprint meta has two long tests: the seed says which of them meets which Debian; `test:long` has all pairs. */
const [FIRST, SECOND]: readonly [Suite, Suite] =
  SEED % 2 === 0 ? ['bookworm', 'trixie'] : ['trixie', 'bookworm'];
const IS_LONG = process.env.PIGSTY_TEST_LONG !== undefined;

export const META_SUITES: readonly Suite[] = IS_LONG ? ['bookworm', 'trixie'] : [FIRST];
export const SINGLETON_SUITES: readonly Suite[] = IS_LONG ? ['bookworm', 'trixie'] : [SECOND];

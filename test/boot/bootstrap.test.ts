import { afterEach, describe, it } from 'vitest';
import { labSkipReason } from '../support/lab.ts';
import { bootstrap, IN_ORDER, PRIMARY_LATE } from './support/bootstrap.ts';
import { Cluster } from './support/cluster.ts';

/*
 * Orders in which three bare machines start. failures.test.ts and operations.test.ts begin with the others; `in order`
 * is like `in reverse`.
 */
const reason = labSkipReason();
const ORDERS = process.env.PIGSTY_TEST_LONG ? [IN_ORDER, PRIMARY_LATE] : [PRIMARY_LATE];

describe.skipIf(reason)(`three machines ${reason ?? ''}`, () => {
  let cluster: Cluster | undefined;
  afterEach(() => cluster?.destroy());

  it.each(ORDERS)('become a cluster, applied $name', async (order) => {
    cluster = await Cluster.create('trio');
    await bootstrap(cluster, order);
  });
});

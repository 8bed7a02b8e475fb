import { ETCD_PAGES } from '../../generator/modules/etcd/monitoring/pages.ts';
import { INFRA_PAGES } from '../../generator/modules/infra/monitoring/pages.ts';
import { NODE_PAGES } from '../../generator/modules/node/monitoring/pages.ts';
import { PGSQL_PAGES } from '../../generator/modules/pgsql/monitoring/pages.ts';

/** The pages that the modules offer for a site with everything. */
export const ALL_PAGES = [...INFRA_PAGES, ...PGSQL_PAGES, ...NODE_PAGES, ...ETCD_PAGES];

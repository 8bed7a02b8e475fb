import type { Page } from '../../../model/dashboard.ts';
import { nodePage } from './node-page.ts';
import { nodesPage } from './nodes-page.ts';
import { proxyPage } from './proxy-page.ts';

export const NODE_PAGES: readonly Page[] = [nodesPage, nodePage, proxyPage];

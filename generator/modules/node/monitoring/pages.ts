import type { Page } from '../../../model/dashboard.ts';
import { nodePage, nodesPage } from './node-pages.ts';
import { proxyPage } from './proxy-page.ts';

export const NODE_PAGES: readonly Page[] = [nodesPage, nodePage, proxyPage];

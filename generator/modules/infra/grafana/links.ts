import type { Page, PageLink } from '../../../model/dashboard.ts';
import type { Link } from './schema.ts';

/** The page that is written, and all pages: what a link may keep depends on the page that it leads to. */
export type PageContext = {
  readonly page: Page;
  readonly pages: readonly Page[];
  /** The address of the console, without a slash at its end. */
  readonly console: string;
};

/** Where the value of a label is: in the clicked series, in a field of the row, or nowhere. */
export type LabelSource = (label: string) => string | undefined;

const LINK: Omit<Link, 'title' | 'type' | 'url'> = {
  icon: 'external link',
  tooltip: '',
  tags: [],
  asDropdown: false,
  targetBlank: false,
  includeVars: false,
  keepTime: false,
};

/** Links of a value, for `links` of a field. `sourceOf` finds labels of the value; others come from variables of the page. */
export function valueLinks(
  link: PageLink | undefined,
  context: PageContext,
  sourceOf: LabelSource,
): readonly Link[] | undefined {
  if (!link) return undefined;
  const target = context.pages.find(({ id }) => id === link.page);
  return [{ ...LINK, type: 'link', title: target?.title ?? link.page, url: urlOf(link, context, sourceOf) }];
}

/** Links above a page: a list of all pages, which keeps variables and times, and this page of the console. */
export function pageLinks({ page, console }: PageContext): readonly Link[] {
  const kept = { asDropdown: true, includeVars: true, keepTime: true };
  return [
    { ...LINK, ...kept, type: 'dashboards', title: 'Pages', tags: [TAG] },
    { ...LINK, type: 'link', title: 'Console', url: `${console}/#/${page.id}` },
  ];
}

/** What all pages are tagged with. */
export const TAG = 'pigsty';

/** The value of a label of the clicked series. A page that shows one value of it has it as a variable. */
export function seriesLabel({ page }: PageContext): LabelSource {
  const isFixed = (label: string) =>
    page.variables.some((one) => one.kind === 'label' && one.name === label && one.choose === 'one');
  return (label) => (isFixed(label) ? undefined : `\${__field.labels.${label}:percentencode}`);
}

/** `${x:queryparam}` is `var-x=<value>`, also for "all" (Grafana, "Variable syntax"). */
function urlOf(
  { page: id, variables }: PageLink,
  { page, pages }: PageContext,
  sourceOf: LabelSource,
): string {
  const names = new Set(page.variables.map(({ name }) => name));
  const target = pages.find((one) => one.id === id);
  const kept = (target?.variables ?? []).filter(({ name }) => names.has(name) && !(name in variables));
  const given = Object.entries(variables).flatMap(([name, label]) => {
    const source = sourceOf(label);
    if (source !== undefined) return [`var-${name}=${source}`];
    return names.has(name) ? [`\${${name}:queryparam}`] : [];
  });
  const parts = [...given, ...kept.map(({ name }) => `\${${name}:queryparam}`), '${__url_time_range}'];
  return `/d/${id}?${parts.join('&')}`;
}

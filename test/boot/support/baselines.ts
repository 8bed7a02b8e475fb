import type { Edit } from './meta-site.ts';

/** SQL that a database starts with. */
export const FIRST_BASELINE = `-- ends as somebody else, with an empty search_path, as pg_dump does
select set_config('search_path', '', false);
create table public.baseline (said text);
insert into public.baseline values ('once; it''s "quoted" \\ $1');
alter table public.baseline owner to dbuser_meta;
copy public.baseline (said) from stdin;
from stdin
\\.
set role dbuser_meta;
select count(*) from public.baseline;`;

export const WITH_BASELINE: Edit = ['- name: meta\n', '- name: meta\n            baseline: first.sql\n'];
export const WITH_LATE: Edit = [
  '- name: vault\n',
  '- name: late\n            baseline: late.sql\n          - name: vault\n',
];

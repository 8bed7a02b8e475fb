import type * as z from 'zod';
import type { Site } from './site.ts';

/** A file beside the inventory. */
export type BuildRecord = { readonly name: string; readonly text: string };

/** What a build leaves beside the inventory for the next one: `<site>.<kind>.json`, in version control with the lock. */
export type RecordFile<T> = {
  nameOf(site: Pick<Site, 'name'>): string;
  /** What the last build has left: undefined before the first one, `invalid` if the file is not one of ours. */
  last(site: Pick<Site, 'name' | 'files'>): T | 'invalid' | undefined;
  parse(text: string): T | 'invalid';
  write(site: Pick<Site, 'name'>, value: T): BuildRecord;
};

export function defineRecord<T>(kind: string, schema: z.ZodType<T>): RecordFile<T> {
  const nameOf = (site: Pick<Site, 'name'>) => `${site.name}.${kind}.json`;
  const parse = (text: string) => {
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      return 'invalid';
    }
  };
  return {
    nameOf,
    parse,
    last: (site) => {
      const text = site.files.get(nameOf(site));
      return text === undefined ? undefined : parse(text);
    },
    write: (site, value) => ({ name: nameOf(site), text: `${JSON.stringify(value, null, 2)}\n` }),
  };
}

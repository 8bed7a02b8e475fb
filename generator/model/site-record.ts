import * as z from 'zod';
import { defineRecord } from './build-record.ts';

const schema = z.strictObject({
  /** Name of the file that was built; absent in records of earlier versions. */
  inventory: z.string().optional(),
  /** Address of the host -> module -> what it has there. */
  hosts: z.record(
    z.string(),
    z.record(
      z.string(),
      z.strictObject({
        instance: z.string(),
        cluster: z.string().optional(),
        keys: z.string().optional(),
      }),
    ),
  ),
});

/** The hosts of the last build, and what each of them had. */
export type SiteRecord = z.infer<typeof schema>;

export const siteRecord = defineRecord<SiteRecord>('site', schema);

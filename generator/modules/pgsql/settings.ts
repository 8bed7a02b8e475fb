import type { Settings } from '../../model/settings.ts';

/** The settings of a member: its identity is complete. */
export type PgsqlSettings = Settings & { readonly pg_cluster: string; readonly pg_seq: number };

import type { BlobStore } from '../effects/blob-store.ts';
import type { Progress } from '../effects/progress.ts';
import type { HostShare } from './select.ts';

/**
 * A format for exporting one host's bundle; each has a file in this folder. A sink writes the complete bundle or nothing,
 * verifies every blob, and returns the number of exported bytes. The same share gives the same output. Throws BlobFault
 * and file system errors.
 */
export type Sink = (share: HostShare, blobs: BlobStore, progress: Progress) => Promise<number>;

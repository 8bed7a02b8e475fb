import type { BlobStore } from '../effects/blob-store.ts';
import type { Progress } from '../effects/progress.ts';
import type { HostShare } from './select.ts';

/**
 * Writes one host's bundle in one form; each form is a file of this folder. It writes the complete bundle or nothing,
 * verifies every blob, and returns the bytes of content. The same share gives the same output. Throws BlobFault and file system errors.
 */
export type Sink = (share: HostShare, blobs: BlobStore, progress: Progress) => Promise<number>;

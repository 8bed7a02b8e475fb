import type { BlobStore } from '../effects/blob-store.ts';
import type { Progress } from '../effects/progress.ts';
import type { HostShare } from './select.ts';

/**
 * A form in which one host's bundle leaves the build machine, a file of this folder each. It writes the whole bundle or
 * nothing, verifies every blob that it passes on, and says how many bytes of content went out. The same share gives the
 * same bytes. Throws BlobFault and file system errors.
 */
export type Sink = (share: HostShare, blobs: BlobStore, progress: Progress) => Promise<number>;

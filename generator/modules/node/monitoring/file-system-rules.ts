import type { RecordingRule } from '../../../model/monitoring.ts';
import { foldTo, record } from '../../../text/recording.ts';

/** File systems that are memory, read-only by nature, or another host's. */
const OTHERS = 'rootfs|tmpfs|ramfs|overlay|squashfs|erofs|iso9660|nfs.*|cifs|fuse.*|autofs';
export const FILE_SYSTEMS = `{fstype!~"${OTHERS}"}`;
const DAY = 86_400;
const FOUR_YEARS = 4 * 365 * DAY;

/** Space and inodes; shares are of 1. */
export function fileSystemRules(): RecordingRule[] {
  const of = (name: string) => `node_filesystem_${name}${FILE_SYSTEMS}`;
  const values = {
    size_bytes: of('size_bytes'),
    avail_bytes: of('avail_bytes'),
    space_usage: `1 - ${of('avail_bytes')} / (${of('size_bytes')} > 0)`,
    inode_usage: `1 - ${of('files_free')} / (${of('files')} > 0)`,
    space_deriv1h: `deriv(${of('avail_bytes')}[1h])`,
    // Seconds until it is full; -1 where space does not shrink.
    space_exhaust: `clamp(node:fs:avail_bytes / - node:fs:space_deriv1h, -1, ${FOUR_YEARS})`,
    space_predict_1d: `predict_linear(${of('avail_bytes')}[1h], ${DAY})`,
  };
  return [
    ...Object.entries(values).map(([name, expr]) => record(`node:fs:${name}`, expr)),
    ...(['ins', 'cls', 'env'] as const).map((level) =>
      record(`node:${level}:space_usage_max`, foldTo('max', level, 'node:fs:space_usage')),
    ),
    record(
      'node:ins:fd_usage',
      `${foldTo('max', 'ins', 'node_filefd_allocated')} / ${foldTo('max', 'ins', 'node_filefd_maximum')}`,
    ),
  ];
}

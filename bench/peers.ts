import { mkdirSync } from 'node:fs';
import { removeTree } from '../test/support/process.ts';
import type { Requirement } from '../test/support/requirements.ts';
import { measure } from './measure.ts';
import type { Sample } from './result.ts';

/*
 * Other tools that build an OCI image from the same packages. mmdebstrap unpacks the packages and their dependencies
 * without install scripts, like the product.
 */
export const PEER_REQUIREMENTS: readonly Requirement[] = [
  { tool: 'mmdebstrap', package: 'mmdebstrap' },
  { tool: 'umoci', package: 'umoci' },
  { tool: 'buildah', package: 'buildah' },
  { tool: 'apt-ftparchive', package: 'apt-utils' },
];

export type PeerInput = {
  /** A flat repository. */
  readonly repository: string;
  readonly packages: readonly string[];
  /** Emptied before the measurement starts. */
  readonly directory: string;
};

/** $1 is the repository, $2 the packages separated by commas; writes root.tar. */
const EXTRACT = `set -eu
mmdebstrap --quiet --mode=root --variant=extract --include="$2" trixie root.tar "deb [trusted=yes] copy:$1 ./"
`;

const UMOCI = `${EXTRACT}
umoci init --layout layout
umoci new --image layout:image
umoci raw add-layer --image layout:image root.tar
`;

const BUILDAH = `${EXTRACT}
printf 'FROM scratch\\nADD root.tar /\\n' >Dockerfile
own() { buildah --root "$PWD/storage" --runroot "$PWD/run" --storage-driver overlay "$@"; }
own bud --quiet --isolation chroot --timestamp 0 --tag image .
own push --quiet image "oci:$PWD/layout"
`;

export function buildWithUmoci(input: PeerInput): Promise<Sample> {
  return build(UMOCI, input);
}

export function buildWithBuildah(input: PeerInput): Promise<Sample> {
  return build(BUILDAH, input);
}

async function build(script: string, { repository, packages, directory }: PeerInput): Promise<Sample> {
  mkdirSync(directory, { recursive: true });
  try {
    const args = ['sh', '-c', script, 'sh', repository, packages.join(',')] as const;
    const env = { ...process.env, SOURCE_DATE_EPOCH: '0' };
    return await measure([...args], { directory, cwd: directory, env });
  } finally {
    removeTree(directory);
  }
}

import { mustRun } from './process.ts';

const FIELDS = ['$(ORIGIN)', '$(LABEL)', '$(CODENAME)', '$(REPO_URI)'];

/**
 * The address of the Debian archive that this machine's apt is configured with. Throws when apt has none, or no
 * index of it yet.
 */
export async function findArchive(): Promise<string> {
  const args = ['indextargets', '--format', FIELDS.join('\t'), 'Created-By: Packages'];
  const lines = (await mustRun('apt-get', args)).split('\n').map((line) => line.split('\t'));
  const address = lines.find(([origin, label]) => origin === 'Debian' && label === 'Debian')?.[3];
  if (address === undefined) throw new Error('apt has no index of the Debian archive: run apt-get update');
  return address;
}

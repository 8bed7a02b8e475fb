import type { Descriptor } from '../model/image.ts';
import { blobPath, LAYOUT_FILE } from '../oci/layout.ts';
import { byPath } from '../oci/package-content.ts';
import { hexOf, sha256Of } from '../text/digest.ts';
import type { HostShare } from './select.ts';

/** A file of a bundle's directory: text, or a blob of the layout. `size` in bytes, `digest` in hexadecimal digits. */
export type BundleFile = {
  readonly path: string;
  readonly mode: number;
  readonly digest: string;
  readonly size: number;
  readonly content: string | Descriptor;
};

/** The name of a bundle's directory, `10.10.10.10-0123456789ab`: two bundles never share one. */
export function bundleFolder({ host, parts }: HostShare): string {
  return `${host}-${hexOf(parts.manifest).slice(0, 12)}`;
}

/** The directory that a node gets (docs/bundle.md, "Contents of a bundle"): files in the order in which they are needed. */
export function bundleFiles(share: HostShare): BundleFile[] {
  const { artifact, parts, images } = share;
  const manifests = [...images, artifact].map(({ descriptor }) => descriptor);
  const index = `${JSON.stringify({ schemaVersion: 2, manifests }, null, 2)}\n`;
  const top = [blobFile(parts.agent, 0o755, 'pigsty-agent'), blobFile(parts.manifest, 0o644, 'bundle')];
  const layout = [textFile('oci-layout', LAYOUT_FILE), textFile('index.json', index), ...layoutFiles(share)];
  return [...top, checksums([...top, ...layout]), ...layout];
}

/** Every blob once; the secrets have mode 0600. */
function layoutFiles({ artifact, parts, images }: HostShare): BundleFile[] {
  const blobs = [...images, artifact].flatMap(({ descriptor, config, layers }) => [
    descriptor,
    config,
    ...layers,
  ]);
  const files = blobs.map((blob) => blobFile(blob, blob.digest === parts.secrets.digest ? 0o600 : 0o644));
  return [...new Map(files.map((file) => [file.path, file])).values()].sort(byPath);
}

function blobFile(content: Descriptor, mode: number, path = blobPath(content)): BundleFile {
  return { path, mode, digest: hexOf(content), size: content.size, content };
}

function textFile(path: string, content: string): BundleFile {
  return { path, mode: 0o644, digest: sha256Of(content), size: Buffer.byteLength(content), content };
}

/** `<hex>  <path>` sorted by path, and a last line with the digest of the lines before it. */
function checksums(files: readonly BundleFile[]): BundleFile {
  const lines = [...files].sort(byPath).map(({ digest, path }) => `${digest}  ${path}\n`);
  const text = lines.join('');
  return textFile('SHA256SUMS', `${text}end ${sha256Of(text)}\n`);
}

import { createHash } from 'node:crypto';
import type { Artifact, RenderedHost, UnitDigests } from '../model/artifact.ts';
import { assertNever, type Sha256, sha256, Unreachable } from '../model/brand.ts';
import type { KeyRing, SshKey } from '../model/keys.ts';
import { LruMap } from '../model/lru-map.ts';
import type {
  FilePlan,
  FileSource,
  HostPlan,
  ImageRef,
  LogLabels,
  PlanData,
  SshKeyRef,
  UnitPlan,
} from '../model/plan.ts';
import { isSecretRef, type SecretRef, type Secrets } from '../model/secret.ts';
import { writeIni } from '../text/ini.ts';
import { withLabels } from '../text/log-labels.ts';
import { oneLine } from '../text/one-line.ts';
import type { Saslprep } from '../text/password.ts';
import { revealSecret, type SecretForms, stubSecret } from '../text/secret-forms.ts';
import { type Assets, renderTemplate, type Templates } from '../text/template.ts';
import { checkUnit } from '../text/unit-check.ts';
import { writeYaml } from '../text/yaml-writer.ts';

export type RenderInput = {
  readonly templates: Templates;
  readonly assets: Assets;
  readonly keys: KeyRing;
  readonly secrets: Secrets;
  readonly saslprep: Saslprep;
  /** Image name -> directory of its unpacked tree on a node. */
  readonly imageRoots: ReadonlyMap<string, string>;
  /** False if the files are not for a node: the content is then the text with stubs, and units have no digests. */
  readonly isForNode: boolean;
  /** Cache for the hosts of one build; rendering fills it. */
  readonly known: ArtifactCache;
};

/** Cache of files that hosts share, by their plan. An equal plan gives the same object. */
export class ArtifactCache extends LruMap<string, Artifact> {
  constructor() {
    // Large enough for the shared files, although files of single hosts are added too.
    super(1000);
  }
}

type Reader = (ref: SecretRef) => string;

/** All files of one host's generation, and the digests of its units. Throws only on a bug. */
export function renderHost(plan: HostPlan, input: RenderInput): RenderedHost {
  const unitFiles = new Set(plan.units.map(({ file }) => file));
  const artifacts = plan.files.map(({ labels, ...file }) => {
    const shared = renderOnce(file, input);
    if (unitFiles.has(file.path)) checkOnce(shared);
    return labels ? labelled(shared, labels) : shared;
  });
  const byPath = new Map(artifacts.map((artifact) => [artifact.path, artifact]));
  const units = input.isForNode ? plan.units : [];
  return {
    artifacts,
    units: units.map((unit) => digestUnit(unit, byPath, input)),
    certificates: plan.certificates.length > 0 ? input.keys.expiries : [],
  };
}

/** Labels differ between hosts: they are added to what the hosts share. */
function labelled(shared: Artifact, labels: LogLabels): Artifact {
  const label = (text: string) => withLabels(shared.path, text, labels);
  return { ...shared, content: label(shared.content), shown: label(shared.shown) };
}

/** A file with a secret or a certificate belongs to one host and is not cached. */
function renderOnce(file: FilePlan, input: RenderInput): Artifact {
  const { known } = input;
  const key = JSON.stringify(file);
  const found = known.get(key);
  if (found) return found;
  const artifact = renderFile(file, input);
  if (artifact.isSecret || file.source.kind === 'certificate') return artifact;
  known.set(key, artifact);
  return artifact;
}

const checked = new WeakSet<Artifact>();

function checkOnce(unit: Artifact): void {
  if (checked.has(unit)) return;
  checkUnit(unit.path, unit.content);
  checked.add(unit);
}

function renderFile(file: FilePlan, input: RenderInput): Artifact {
  let isSecret = false;
  const shown = renderShown(file.source, input, () => {
    isSecret = true;
  });
  const reveal: Reader = (ref) => revealSecret(ref, formsOf(input));
  const content = isSecret && input.isForNode ? renderSource(file.source, input, reveal) : shown;
  const { path, mode, group, link } = file;
  return {
    path,
    mode,
    group,
    content,
    shown,
    isSecret,
    isMeasured: file.source.kind === 'measured',
    ...(link !== undefined && { link }),
  };
}

/** The name of the key if the file is a private key. */
function keyOwner(source: FileSource): string | undefined {
  if (source.kind === 'ssh-key') return source.name;
  return source.kind === 'certificate' && source.part === 'key' ? source.certificate : undefined;
}

function formsOf({ secrets, saslprep, keys: { siteKey } }: RenderInput): SecretForms {
  return { secrets, saslprep, siteKey };
}

/** The text with a stub for every secret; calls `onSecret` for each. */
function renderShown(source: FileSource, input: RenderInput, onSecret: () => void): string {
  const owner = keyOwner(source);
  if (owner !== undefined) {
    onSecret();
    const name = `${owner}.key`;
    const text = renderSource(source, input, () => '');
    const secrets = new Map([[name, { text, parameter: name, path: [] }]]);
    return `${stubSecret({ $secret: name, as: 'plain' }, { secrets, siteKey: input.keys.siteKey })}\n`;
  }
  return renderSource(source, input, (ref) => {
    onSecret();
    return stubSecret(ref, formsOf(input));
  });
}

function renderSource(source: FileSource, input: RenderInput, read: Reader): string {
  const fill = (data: PlanData) => fillReferences(data, input.imageRoots, read);
  switch (source.kind) {
    case 'template':
    case 'measured':
      return renderTemplate(input.templates, source.template, asObject(fill(source.view)));
    case 'yaml':
      return writeYaml(fill(source.data), source.comment);
    case 'ini':
      return writeIni(
        source.sections.map(({ name, entries }) => ({
          name,
          entries: entries.map((entry) => {
            if (typeof entry === 'string') return entry;
            const [key, value] = entry;
            return [key, isSecretRef(value) ? read(value) : value] as const;
          }),
        })),
        source.comment,
      );
    case 'text':
      return source.lines
        .map((line) => `${oneLine(lineText(line, input.keys, read), 'a file of lines')}\n`)
        .join('');
    case 'certificate':
      return pairOf(input.keys, source.certificate)[source.part === 'key' ? 'key' : 'certificate'];
    case 'ca':
      return input.keys.ca;
    case 'revocations':
      return input.keys.revocations;
    case 'asset':
      return assetOf(input.assets, source.asset);
    case 'ssh-key':
      return sshKeyOf(input.keys, source.name).key;
    default:
      return assertNever(source);
  }
}

function assetOf(assets: Assets, name: string): string {
  const text = assets.get(name);
  if (text === undefined) throw new Unreachable(`dist/console has no file ${name}`);
  return text;
}

function pairOf(keys: KeyRing, name: string): { certificate: string; key: string } {
  const pair = keys.pairs.get(name);
  if (!pair) throw new Unreachable(`no certificate ${name}`);
  return pair;
}

function lineText(line: string | SecretRef | SshKeyRef, keys: KeyRing, read: Reader): string {
  if (typeof line === 'string') return line;
  if (isSecretRef(line)) return read(line);
  return [line.options, sshKeyOf(keys, line.$sshKey).line].filter((part) => part !== '').join(' ');
}

function sshKeyOf(keys: KeyRing, name: string): SshKey {
  const key = keys.sshKeys.get(name);
  if (!key) throw new Unreachable(`no ssh key ${name}`);
  return key;
}

type Filled = string | number | boolean | null | readonly Filled[] | { readonly [key: string]: Filled };

function fillReferences(data: PlanData, imageRoots: ReadonlyMap<string, string>, read: Reader): Filled {
  if (typeof data !== 'object' || data === null) return data;
  if (isSecretRef(data)) return read(data);
  if (isImageRef(data)) return rootOf(data, imageRoots);
  if (Array.isArray(data)) return data.map((item: PlanData) => fillReferences(item, imageRoots, read));
  const entries = Object.entries(data as { [key: string]: PlanData });
  return Object.fromEntries(entries.map(([key, value]) => [key, fillReferences(value, imageRoots, read)]));
}

function isImageRef(data: object): data is ImageRef {
  return '$image' in data;
}

function rootOf(ref: ImageRef, imageRoots: ReadonlyMap<string, string>): string {
  const root = imageRoots.get(ref.$image);
  if (root === undefined) throw new Unreachable(`no image ${ref.$image}`);
  return root;
}

function asObject(data: Filled): object {
  if (typeof data !== 'object' || data === null) throw new Unreachable('a view is an object');
  return data;
}

function digestUnit(
  unit: UnitPlan,
  artifacts: ReadonlyMap<string, Artifact>,
  input: RenderInput,
): UnitDigests {
  const image = unit.image === undefined ? '-' : rootOf({ $image: unit.image }, input.imageRoots);
  const describeAll = (paths: readonly string[]) => paths.map((path) => describe(path, artifacts));
  const own = [image, ...describeAll([unit.file])];
  const [restart, reload] = [describeAll(unit.restartOn), describeAll(unit.reloadOn)];
  return unit.isOnlyReloaded
    ? { name: unit.name, restart: digest(restart), reload: digest([...own, ...reload]) }
    : { name: unit.name, restart: digest([...own, ...restart]), reload: digest(reload) };
}

function describe(path: string, artifacts: ReadonlyMap<string, Artifact>): string {
  const artifact = artifacts.get(path);
  if (!artifact) throw new Unreachable(`a unit depends on ${path}, which is not in the plan`);
  const { mode, group, content } = artifact;
  return `${path}\0${mode}\0${group}\0${content}`;
}

function digest(parts: readonly string[]): Sha256 {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return sha256(hash.digest('hex'));
}

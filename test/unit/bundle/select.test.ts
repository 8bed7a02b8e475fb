import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../../generator/bundle/documents.ts';
import { findBundle, namedImages, selectImages, selectParts } from '../../../generator/bundle/select.ts';
import type { Result } from '../../../generator/model/diagnostic.ts';
import { PART_TYPES } from '../../../generator/oci/bundle.ts';
import { readImageRecords } from '../../../generator/oci/line-manifest.ts';
import { HOSTS, sampleImage, sampleSite } from '../../support/sample-layout.ts';

const { base, etcd, nginx, bundles, index } = sampleSite();
const [bundle] = bundles;
const messages = (result: Result<unknown>) =>
  result.diagnostics.map(({ code, message }) => `${code} ${message}`);
const names = [
  { type: PART_TYPES.manifest, name: 'the line manifest' },
  { type: PART_TYPES.config, name: 'the configuration' },
  { type: PART_TYPES.secrets, name: 'the archive of secrets' },
  { type: PART_TYPES.agent, name: 'the agent' },
];

describe("a host's artifact", () => {
  it('is found by its annotation', () => {
    expect(findBundle(index, HOSTS[1])).toMatchObject({ ok: true, value: bundles[1].manifest.descriptor });
  });

  it('of an unknown host: the hosts of the build are named', () => {
    const found = findBundle(index, '10.10.10.99');
    expect(messages(found)).toEqual(['export/no-host host 10.10.10.99 not found in the build']);
    expect(found.diagnostics[0]?.help).toBe(`hosts of the build: ${HOSTS.join(', ')}`);
  });

  it('is not an artifact of another type', () => {
    const manifests = index.manifests.map((entry) => ({ ...entry, artifactType: 'application/x' }));
    expect(findBundle({ manifests }, HOSTS[0]).ok).toBe(false);
  });
});

describe('the parts of an artifact', () => {
  const withLayers = (layers: Manifest['layers']) => selectParts({ ...bundle.manifest, layers });

  it('are found by media type, in any order', () => {
    const { manifest, config, secrets, agent } = bundle.parts;
    expect(withLayers(bundle.manifest.layers.toReversed())).toMatchObject({
      ok: true,
      value: {
        manifest: manifest.descriptor,
        config: config.descriptor,
        secrets: secrets.descriptor,
        agent: agent.descriptor,
      },
    });
  });

  it.each(names)('$name is missing', ({ type, name }) => {
    const found = withLayers(bundle.manifest.layers.filter(({ mediaType }) => mediaType !== type));
    expect(messages(found)).toEqual([
      `bundle/incomplete the build is incomplete: ${name} (one layer of ${type}) is missing`,
    ]);
  });

  it.each(names)('$name has another media type', ({ type, name }) => {
    const layers = bundle.manifest.layers.map((layer) =>
      layer.mediaType === type ? { ...layer, mediaType: `${type}+gzip` } : layer,
    );
    expect(messages(withLayers(layers))).toEqual([expect.stringContaining(name)]);
  });

  it.each(names)('$name twice', ({ type, name }) => {
    const twice = bundle.manifest.layers.filter(({ mediaType }) => mediaType === type);
    expect(messages(withLayers([...bundle.manifest.layers, ...twice]))).toEqual([
      expect.stringContaining(name),
    ]);
  });

  it('all of them are missing: all are reported', () => {
    expect(messages(withLayers([]))).toHaveLength(4);
  });
});

describe('the images of a bundle', () => {
  const records = readImageRecords(bundle.parts.manifest.bytes.toString());
  const manifests = [base, etcd, nginx].map(({ manifest }) => manifest);

  it('are read from the line manifest', () => {
    expect(records).toEqual([
      { name: 'base', layers: base.manifest.layers.map(({ digest }) => digest) },
      { name: 'etcd', layers: etcd.manifest.layers.map(({ digest }) => digest) },
    ]);
  });

  it('are searched by name, among manifests of images', () => {
    expect(namedImages(index, records)).toEqual([base, etcd].map(({ manifest }) => manifest.descriptor));
    const others = index.manifests.map((entry) => ({ ...entry, mediaType: 'application/x' }));
    expect(namedImages({ manifests: others }, records)).toEqual([]);
  });

  it('are its own and no others', () => {
    expect(selectImages(manifests, records)).toMatchObject({
      ok: true,
      value: [base.manifest, etcd.manifest],
    });
  });

  it('one is missing', () => {
    expect(messages(selectImages([base.manifest, nginx.manifest], records))).toEqual([
      'bundle/incomplete the build is incomplete: image etcd with the layers of the bundle is missing',
    ]);
  });

  it('one is of another build, by its layers', () => {
    const other = sampleImage('etcd', 'libc', 'another etcd').manifest;
    expect(messages(selectImages([base.manifest, other], records))).toEqual([
      expect.stringContaining('image etcd'),
    ]);
  });
});

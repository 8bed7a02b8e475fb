import { describe, expect, it } from 'vitest';
import { debian13 } from '../../../generator/distributions/debian13.ts';
import { type Alternative, alternativeLinks, readAlternatives } from '../../../generator/oci/alternatives.ts';

const GIS = String.raw`#!/bin/sh
set -eu
MAJOR="3"
DIR="/usr/share/gis/$MAJOR/extension" # not assigned: a comment follows
PLACE=/usr/share/gis/$MAJOR
case $1 in
  configure)
    update-alternatives \
    --install $PLACE/gis.control gis.control $PLACE/gis-$MAJOR.control ${'$'}{MAJOR}0 \
      --slave $PLACE/raster.control raster.control $PLACE/raster-$MAJOR.control
    update-alternatives --install /usr/bin/tool tool $(which tool) 10
    update-alternatives --remove gone /usr/bin/gone
    ;;
esac
`;

function contentOf(name: string, paths: readonly string[], alternatives: readonly Alternative[]) {
  const entries = paths.map((path) => ({ path, kind: 'file' as const, mode: 0o644, size: 0, offset: 0 }));
  return { name, index: { control: '', alternatives, size: 0, directories: [], entries } };
}

describe('update-alternatives in install scripts', () => {
  it('gives the links of calls whose words are known', () => {
    expect(readAlternatives(GIS)).toEqual([
      { link: '/usr/share/gis/3/gis.control', target: '/usr/share/gis/3/gis-3.control', priority: 30 },
      { link: '/usr/share/gis/3/raster.control', target: '/usr/share/gis/3/raster-3.control', priority: 30 },
    ]);
    expect(readAlternatives('')).toEqual([]);
  });

  it('makes a link to the target with the highest priority, where that exists and nothing else is', () => {
    const call = (link: string, target: string, priority: number) => ({ link, target, priority });
    const one = contentOf(
      'one',
      ['usr/lib/blas/libblas.so.3', 'usr/bin/taken'],
      [
        call('/lib/libblas.so.3', '/usr/lib/blas/libblas.so.3', 10),
        call('/usr/bin/taken', '/usr/lib/blas/libblas.so.3', 10),
        call('/usr/bin/absent', '/usr/lib/absent', 10),
        call('/usr/share/man/man1/one.1.gz', '/usr/lib/blas/libblas.so.3', 10),
      ],
    );
    const other = contentOf(
      'other',
      ['usr/lib/fast/libblas.so.3'],
      [call('/usr/lib/libblas.so.3', '/usr/lib/fast/libblas.so.3', 100)],
    );
    expect(alternativeLinks([one, other], debian13.paths)).toEqual([
      { path: '/usr/lib/libblas.so.3', target: 'fast/libblas.so.3' },
    ]);
  });
});

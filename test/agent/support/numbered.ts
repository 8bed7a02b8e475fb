import { randomBytes } from 'node:crypto';
import { type Bundle, imageId } from './bundle-writer.ts';
import { sampleBundle, tinyImage, type Variation } from './sample.ts';

let tiny: readonly Buffer[] | undefined;

/** Bundle number n: an image of its own, so that there is something to unpack, and other files and units than n - 1. */
export function numbered(n: number, more: Variation = {}): Bundle {
  tiny ??= tinyImage();
  const images = new Map([
    ['tiny', tiny],
    ['ballast', [tiny[0] ?? Buffer.alloc(0), packBallast()]],
  ]);
  return sampleBundle(images, imageId, {
    reloadText: `reload ${n}`,
    restartText: `restart ${Math.floor(n / 2)}`,
    runText: `run ${n}`,
    hasExtraUnit: n % 2 === 1,
    files: n % 2 === 1 ? [{ path: 'etc/odd.conf', content: `${n}\n`, link: '/etc/odd.conf' }] : [],
    ...more,
  });
}

/** A tar of one file of four MiB; two zero blocks end it. */
function packBallast(): Buffer {
  const header = Buffer.alloc(512);
  const content = randomBytes(4 << 20);
  header.write('ballast');
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc(1024)]);
}

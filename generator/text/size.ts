const POWERS = { K: 1, M: 2, G: 3, T: 4 } as const;

/** Bytes of `64MiB`, `1.5 GB` or `4096`, with the units of fallocate(1): K and KiB are 1024, KB is 1000. */
export function bytesOf(size: string | number): number {
  const [, number = '', unit = '', binary = '', byte = ''] =
    /^([\d.]+)\s?(?:([KMGT])(i?))?(B?)$/i.exec(String(size)) ?? [];
  const power = POWERS[unit.toUpperCase() as keyof typeof POWERS] ?? 0;
  return Math.round(Number(number) * (byte !== '' && binary === '' ? 1000 : 1024) ** power);
}

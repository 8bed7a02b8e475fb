/** A file mode as four octal digits. */
export function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

export function isExecutable(mode: number): boolean {
  return (mode & 0o111) !== 0;
}

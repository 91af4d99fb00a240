/** JSON Schema pattern of permission bits as `chmod` takes them in octal: `644`, `0644`, `4755`. */
export const MODE_PATTERN = '^[0-7]{3,4}$|^0[0-7]{4}$';

/** Octal permission bits as a number from 0 to 0o7777; undefined when the text is none. */
export function parseMode(text: string): number | undefined {
  return new RegExp(MODE_PATTERN).test(text) ? Number.parseInt(text, 8) : undefined;
}

/** Permission bits with four octal digits: `0644`. */
export function showMode(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

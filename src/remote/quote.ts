import { HostFault } from '../domain/failure.ts';

/**
 * One word of POSIX shell text that stands for exactly `text`: the only way in which a value gets into a script.
 * Single quotes keep every byte but themselves (POSIX 2.2.2), whatever the shell and the encoding.
 * Throws `HostFault` (`bad-params`) for what no argument can hold: NUL, or half of a surrogate pair.
 */
export function quote(text: string): string {
  if (text.includes('\0')) throw new HostFault({ code: 'bad-params', message: 'an argument for a host holds a NUL byte' });
  if (!text.isWellFormed()) throw new HostFault({ code: 'bad-params', message: 'an argument for a host is not valid Unicode' });
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A command line: each word quoted, joined by spaces. */
export function commandLine(argv: readonly string[]): string {
  return argv.map(quote).join(' ');
}

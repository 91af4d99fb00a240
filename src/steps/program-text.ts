import type { Probe } from '../domain/access.ts';

/** What a program printed as text; bytes that are no UTF-8 are replaced. Text from a host: data, to be made visible where it is shown. */
export function programText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** The last line of standard error that says something, for messages; how the program ended where it said nothing. */
export function lastWords(program: string, probe: Probe): string {
  const lines = programText(probe.stderr).trim().split('\n');
  return lines.at(-1)?.trim() || ending(program, probe.code);
}

function ending(program: string, code: number): string {
  if (code === 124) return `${program} took too long`;
  return code === 127 ? `there is no ${program}` : `${program} ended with ${code}`;
}

import type { Probe } from './access.ts';

/** One thing that a step asks of a host, and that a login may be denied. */
export type Read =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'list'; readonly directory: string }
  | { readonly kind: 'unit'; readonly unit: string }
  | { readonly kind: 'probe'; readonly argv: readonly string[] };

/** A read that the login was not allowed. */
export interface DeniedRead {
  readonly read: Read;
  /** What the host said. */
  readonly why: string;
  /** What the step read in its place, with the same answer; absent: the answer is not known. */
  readonly instead?: string;
}

/** As the C library, polkit and journalctl say it in the C locale. */
const DENIED = /permission denied|operation not permitted|access denied|insufficient permissions|not seeing messages/i;

/** Why a program could not see what it was asked about: its own words, or sudo's; undefined when nothing was denied. */
export function deniedBy({ code, stdout, stderr, refused }: Probe): string | undefined {
  if (code === 0 && stdout.length > 0) return undefined;
  const said = Buffer.from(stderr)
    .toString('utf8')
    .split('\n')
    .find((line) => DENIED.test(line))
    ?.trim();
  if (said === undefined) return refused;
  return refused === undefined ? said : `${said}; ${refused}`;
}

/** A program that could not see what it was asked about, as a read that was denied; none when nothing was. */
export function deniedProbe(argv: readonly string[], probe: Probe): readonly DeniedRead[] {
  const why = deniedBy(probe);
  return why === undefined ? [] : [{ read: { kind: 'probe', argv }, why }];
}

/** A read in a few words. */
export function readWords(read: Read): string {
  switch (read.kind) {
    case 'file':
      return read.path;
    case 'list':
      return `the directory ${read.directory}`;
    case 'unit':
      return read.unit;
    case 'probe':
      return read.argv.join(' ');
  }
}

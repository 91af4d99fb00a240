import type { Failure } from '../domain/failure.ts';
import { jsonText } from '../ui/json-text.ts';
import { type Page, pageFor } from '../ui/page.ts';
import { type Mask, maskSecrets } from '../ui/secrets-mask.ts';
import { showFailure } from '../ui/show-failure.ts';
import type { CommonOptions } from './options.ts';
import type { World } from './world.ts';

/** How a command lays text out on its two outputs. Secrets that become known later are masked from then on. */
export interface Screen {
  readonly out: Page;
  readonly err: Page;
  readonly mask: Mask;
  /** Adds a value that must never be shown. */
  conceal(secret: string): void;
  /** Something draws from now on, and can make room: for questions that come in the middle of it. */
  drawn(pause: () => Promise<void>): void;
  /** Resolves when nothing is being drawn, so that somebody can be asked. */
  makeRoom(): Promise<void>;
  /** Writes lines of data. */
  print(lines: readonly string[]): void;
  /** Writes one document of JSON. */
  data(document: unknown): void;
  /** Writes lines of talk. */
  tell(lines: readonly string[]): void;
  /** Tells an expected failure; the exit code of bad input. */
  refuse(failure: Failure): number;
}

/** A screen for a command's options. */
export function screenOf(world: World, { color, verbose }: CommonOptions): Screen {
  const secrets = new Set<string>();
  let current = maskSecrets([]);
  let pause: () => Promise<void> = () => Promise.resolve();
  const mask: Mask = (text) => current(text);
  const options = { color, environment: world.env, mask, full: verbose === true };
  const out = pageFor(world.out, options);
  const err = pageFor(world.err, options);
  const tell = (lines: readonly string[]) => world.err.write(lines.map((line) => `${line}\n`).join(''));
  return {
    out,
    err,
    mask,
    conceal(secret) {
      secrets.add(secret);
      current = maskSecrets(secrets);
    },
    drawn(by) {
      pause = by;
    },
    makeRoom: () => pause(),
    print: (lines) => world.out.write(lines.map((line) => `${line}\n`).join('')),
    data: (document) => world.out.write(`${jsonText(document, mask, 2)}\n`),
    tell,
    refuse(failure) {
      tell(showFailure(err, failure));
      return 1;
    },
  };
}

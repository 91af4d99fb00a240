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
  /** Something draws from now on, and makes room for a question or a text that comes in the middle of it. */
  drawn(aside: Aside): void;
  /** Nothing is drawn meanwhile. */
  readonly aside: Aside;
  /** Writes lines of data. */
  print(lines: readonly string[]): void;
  /** Writes one document of JSON. */
  data(document: unknown): void;
  /** Writes lines of talk. */
  tell(lines: readonly string[]): void;
  /** Tells an expected failure; the exit code of bad input. */
  refuse(failure: Failure): number;
}

type Aside = <T>(ask: () => Promise<T>) => Promise<T>;

/** A screen for a command's options. */
export function screenOf(world: World, { color, verbose, plain }: CommonOptions): Screen {
  const secrets = new Set<string>();
  let current = maskSecrets([]);
  let aside: Aside = (ask) => ask();
  const mask: Mask = (text) => current(text);
  const options = { color, environment: world.env, mask, full: verbose === true, spoken: plain === true };
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
      aside = by;
    },
    aside: (ask) => aside(ask),
    print: (lines) => world.out.write(lines.map((line) => `${line}\n`).join('')),
    data: (document) => world.out.write(`${jsonText(document, mask, 2)}\n`),
    tell,
    refuse(failure) {
      tell(showFailure(err, failure));
      return 1;
    },
  };
}

/** A screen that keeps its talk back until there is something to be told: data, or a failure. */
export function quietScreen(world: World, options: CommonOptions): Screen {
  const screen = screenOf(world, options);
  const held: string[] = [];
  let isQuiet = true;
  const release = () => {
    isQuiet = false;
    screen.tell(held.splice(0));
  };
  return {
    ...screen,
    print(lines) {
      release();
      screen.print(lines);
    },
    data(document) {
      release();
      screen.data(document);
    },
    tell(lines) {
      if (isQuiet) held.push(...lines);
      else screen.tell(lines);
    },
    refuse(failure) {
      release();
      return screen.refuse(failure);
    },
  };
}

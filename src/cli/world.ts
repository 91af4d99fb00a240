import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Output } from '../ui/output.ts';

/** The process around a command, so that commands get it as a value and tests can give them another one. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  /** Who runs it, for the journal. */
  readonly user: string;
  /** stdout is data. */
  readonly out: Output;
  /** stderr is talk. */
  readonly err: Output;
  readonly terminal: { readonly input: NodeJS.ReadStream; readonly output: NodeJS.WriteStream };
  /** The directory that holds the shipped `runbooks` and `inventories`. */
  readonly installation: string;
}

/** The world of this process. */
export function processWorld(): World {
  const { env, stdin, stdout, stderr } = process;
  for (const stream of [stdin, stdout, stderr]) stream.on('error', outlive);
  return {
    env,
    cwd: process.cwd(),
    home: env['HOME'] ?? '/',
    user: env['SUDO_USER'] ?? loginName(),
    out: outputOf(stdout),
    err: outputOf(stderr),
    terminal: { input: stdin, output: stdout },
    installation: resolve(fileURLToPath(import.meta.url), '../../..'),
  };
}

/** Where runs and the lab keep their state: `--state-dir`, else `$XDG_STATE_HOME/runbook`. */
export function stateDirectory(world: World, given: string | undefined): string {
  if (given !== undefined) return resolve(world.cwd, given);
  // By its standard a relative one is invalid, and to be ignored.
  const base = world.env['XDG_STATE_HOME'];
  return join(base?.startsWith('/') ? base : join(world.home, '.local/state'), 'runbook');
}

/** The name of this process's user; a number where the system knows no name for it. */
function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}

/** What says that the other side of a stream has gone: `| head`, and a terminal that was closed. */
const GONE = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED']);

/**
 * Nobody may be there to read any more, but hosts under way are brought to their end and the journal is kept all the
 * same. Output that is lost for another reason (a full disk) is told of where that is still possible.
 */
function outlive(error: NodeJS.ErrnoException): void {
  if (!GONE.has(error.code ?? '') && !lost) {
    lost = true;
    process.stderr.write(`The output could not be written: ${error.message}\n`);
  }
}

let lost = false;

/** Whether anything that was printed could not be written, other than because nobody reads it any more. */
export async function outputIsLost(): Promise<boolean> {
  // What was written before is written, or has failed, by the time that this is.
  await new Promise<void>((resolve) => {
    process.stdout.write('', () => setImmediate(resolve));
  });
  return lost;
}

function outputOf(stream: NodeJS.WriteStream): Output {
  return {
    write: (text) => {
      stream.write(text);
    },
    columns: () => stream.columns ?? 80,
    rows: () => stream.rows ?? 24,
    isTTY: stream.isTTY === true,
  };
}

import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where text goes: a terminal, a pipe, a test. */
export interface OutputPort {
  write(text: string): void;
  /** Width in characters; 80 where there is none. */
  columns(): number;
  readonly isTTY: boolean;
}

/** The process around a command, so that no command touches `process` itself. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  readonly user: string;
  /** stdout is data. */
  readonly out: OutputPort;
  /** stderr is talk. */
  readonly err: OutputPort;
  /** A person can be asked: stdin and stdout are terminals. */
  readonly interactive: boolean;
  /** The directory of the shipped runbooks and inventories. */
  readonly installation: string;
}

/** The world of this process. */
export function processWorld(): World {
  const { env, stdin, stdout, stderr } = process;
  return {
    env,
    cwd: process.cwd(),
    home: env['HOME'] ?? '/',
    user: env['SUDO_USER'] ?? env['USER'] ?? env['LOGNAME'] ?? 'root',
    out: portOf(stdout),
    err: portOf(stderr),
    interactive: stdin.isTTY === true && stdout.isTTY === true,
    installation: resolve(fileURLToPath(import.meta.url), '../../..'),
  };
}

/** Where runs and the lab keep their state: `--state-dir`, else `$XDG_STATE_HOME/runbook`. */
export function stateDirectory(world: World, given: string | undefined): string {
  if (given !== undefined) return resolve(world.cwd, given);
  return join(world.env['XDG_STATE_HOME'] ?? join(world.home, '.local/state'), 'runbook');
}

function portOf(stream: NodeJS.WriteStream): OutputPort {
  return {
    write: (text) => void stream.write(text),
    columns: () => stream.columns ?? 80,
    isTTY: stream.isTTY === true,
  };
}

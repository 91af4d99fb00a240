import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const LAUNCH = fileURLToPath(new URL('../../src/cli/launch', import.meta.url));

/** What a finished command left. */
export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** A command line under way, as a user starts it: its own process, no terminal. */
export interface Started {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
}

/** Starts `runbook ARGS…`. */
export function start(args: readonly string[], options: { readonly cwd?: string; readonly env?: Record<string, string> } = {}): Started {
  const child = spawn(LAUNCH, [...args], { cwd: options.cwd, env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, out, err }));
  });
  return { child, finished };
}

/** Runs `runbook ARGS…` to its end. */
export function runbook(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Record<string, string> } = {},
): Promise<Finished> {
  return start(args, options).finished;
}

/** The events of a run with `--json`. */
export function eventsOf(finished: Finished): readonly Record<string, unknown>[] {
  return finished.out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** How each host ended in a run with `--json`: its outcome and, where there is one, why. */
export function outcomesOf(finished: Finished): Readonly<Record<string, string>> {
  const ends = eventsOf(finished).filter(({ type }) => type === 'host.finished');
  return Object.fromEntries(
    ends.map(({ host, outcome, reason }) => {
      const why = reason as { readonly code: string; readonly message: string } | undefined;
      return [host, why ? `${outcome} (${why.code}: ${why.message})` : `${outcome}`];
    }),
  );
}

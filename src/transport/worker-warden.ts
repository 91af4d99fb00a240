import { spawn } from 'node:child_process';
import { Socket } from 'node:net';

/** Keeps a list of processes, and kills those that are on it when its input ends. */
const SCRIPT = `
set -f
pids=' '
while read -r what pid; do
  case $what in
  +) pids="$pids$pid " ;;
  -) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
[ "$pids" = ' ' ] || kill -9 $pids
`;

/**
 * Ends worker processes once this process is gone, however it went. A worker notices that by itself, but not one that a host
 * stalls: it would go on for ever. A small shell, for whose input only this process holds the other end.
 */
export class Warden {
  #input: Socket | undefined;

  /** The process must not outlive this one. */
  guard(pid: number): void {
    this.#input ??= startShell();
    this.#input.write(`+ ${pid}\n`);
  }

  /** The process has ended: its number may be another's from now on. */
  forget(pid: number): void {
    this.#input?.write(`- ${pid}\n`);
  }

  close(): void {
    this.#input?.end();
    this.#input = undefined;
  }
}

function startShell(): Socket {
  // A session of its own, as workers have: Ctrl-C is not for it.
  const child = spawn('/bin/sh', ['-c', SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'], cwd: '/', env: {} });
  child.on('error', () => {});
  child.unref();
  const input = child.stdin;
  if (!(input instanceof Socket)) throw new Error('a child without a pipe');
  input.unref();
  input.on('error', () => {});
  return input;
}

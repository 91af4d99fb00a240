import { spawn } from 'node:child_process';
import type { ProgramEnd, ProgramLimits, ProgramOutput } from './inventory-io.ts';

/** As much of standard error as a message can use. */
const MOST_ERRORS = 8_192;

/**
 * Runs a program of this machine. It stays in the process group of the terminal, so that Ctrl-C reaches it as well and it can ask there; past a
 * limit it is killed, and what it started itself loses its pipes.
 */
export function runProgram(argv: readonly string[], limits: ProgramLimits): Promise<ProgramOutput> {
  const [program = '', ...args] = argv;
  const { promise, resolve } = Promise.withResolvers<ProgramOutput>();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const out: Uint8Array[] = [];
  let size = 0;
  let errors = '';
  const finish = (end: ProgramEnd) => {
    clearTimeout(timer);
    resolve({ end, stdout: Buffer.concat(out), stderr: errors });
  };
  const stop = (end: ProgramEnd) => {
    child.kill('SIGKILL');
    // Who inherited the pipes may hold them open for ever.
    child.stdout.destroy();
    child.stderr.destroy();
    finish(end);
  };
  const timer = setTimeout(() => stop({ kind: 'timed-out' }), limits.timeoutMs);
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > limits.maxBytes) stop({ kind: 'flooded' });
    else out.push(chunk);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (errors.length < MOST_ERRORS) errors += text.slice(0, MOST_ERRORS - errors.length);
  });
  child.once('error', (error: NodeJS.ErrnoException) => finish({ kind: 'not-started', why: error.code ?? error.message }));
  child.once('close', (code, signal) => finish(signal === null ? { kind: 'exited', code: code ?? 0 } : { kind: 'signalled', signal }));
  return promise;
}

import { describe, expect, test } from 'vitest';
import type { ProgramLimits } from '../../src/inventory/inventory-io.ts';
import { runProgram } from '../../src/inventory/node-program.ts';

const run = async (script: string, limits: Partial<ProgramLimits> = {}) => {
  const output = await runProgram(['/bin/sh', '-c', script], { timeoutMs: 30_000, maxBytes: 1_000, ...limits });
  return { ...output, stdout: Buffer.from(output.stdout).toString() };
};

describe('a program of this machine', () => {
  test('is heard on both outputs, and has nothing to read', async () => {
    expect(await run('echo out; echo err >&2; cat; exit 3')).toEqual({
      end: { kind: 'exited', code: 3 },
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  test('gets its arguments as they are, without a shell', async () => {
    const output = await runProgram(['printf', '%s|', '$(id)', 'a b'], { timeoutMs: 30_000, maxBytes: 100 });
    expect(Buffer.from(output.stdout).toString()).toBe('$(id)|a b|');
  });

  test('that floods is ended', async () => {
    expect((await run('yes', { maxBytes: 100_000 })).end).toEqual({ kind: 'flooded' });
  });

  test('is ended when its time is up, also when what it started holds its output open', async () => {
    expect((await run('sleep 60 & sleep 60', { timeoutMs: 50 })).end).toEqual({ kind: 'timed-out' });
  });

  test('that dies of a signal, or cannot be started, is told apart', async () => {
    expect((await run('kill -KILL $$')).end).toEqual({ kind: 'signalled', signal: 'SIGKILL' });
    expect((await runProgram(['/nonexistent/program'], { timeoutMs: 1_000, maxBytes: 1 })).end).toEqual({
      kind: 'not-started',
      why: 'ENOENT',
    });
  });

  test('that says much on standard error is heard in part', async () => {
    expect((await run('yes | head -c 100000 >&2')).stderr.length).toBe(8_192);
  });
});

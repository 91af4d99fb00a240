import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Connection, ExecResult } from '../../src/domain/transport.ts';
import { createLocalTransport } from '../../src/transport/local-transport.ts';
import { gate, request, secretsFrom, text } from './requests.ts';

const target = {
  host: 'controller',
  address: 'localhost',
  port: 22,
  user: 'me',
  identityFiles: [],
  knownHostsFiles: [],
  connectTimeoutMs: 1_000,
  keepAliveMs: 1_000,
  become: { enabled: false, user: 'root' },
};
const secrets = secretsFrom({ word: 'sesame' });
const local = (): Promise<Connection> => createLocalTransport({ secrets }).connect(target);

async function run(...args: Parameters<typeof request>): Promise<ExecResult> {
  return (await local()).exec(request(...args));
}

describe('a command on this machine', () => {
  it('gives back output, errors and the exit code', async () => {
    const result = await run('echo out; echo err >&2; exit 3');
    expect(result).toMatchObject({ kind: 'exited', code: 3 });
    expect([text(result.stdout), text(result.stderr)]).toEqual(['out\n', 'err\n']);
  });

  it('tells a signal from an exit code', async () => {
    expect(await run('kill -TERM $$')).toMatchObject({ kind: 'signalled', signal: 'SIGTERM' });
  });

  it('passes input and output through unchanged', async () => {
    const bytes = randomBytes(3_000_000);
    const result = await run('cat', { preamble: bytes });
    expect(Buffer.compare(result.stdout, bytes)).toBe(0);
  });

  it('does not mind a command that reads no input', async () => {
    expect(await run('exec true', { preamble: randomBytes(3_000_000) })).toMatchObject({ kind: 'exited', code: 0 });
  });

  it('is stopped when it floods', async () => {
    const result = await run('yes', { maxBytes: 10_000 });
    expect([result.kind, result.stdout.length]).toEqual(['flooded', 10_000]);
  });

  it('counts output and errors together', async () => {
    const result = await run('printf 12345; sleep 0.1; printf 67890 >&2', { maxBytes: 8 });
    expect([result.kind, text(result.stdout), text(result.stderr)]).toEqual(['flooded', '12345', '678']);
  });

  it('may print as much as the limit', async () => {
    expect(await run('printf 12345', { maxBytes: 5 })).toMatchObject({ kind: 'exited', code: 0 });
  });

  it('is stopped with all that it started when it takes too long', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'runbook-local-'));
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    // Reads until the last process that holds the other end is gone.
    const watching = run(`cat ${pipe}; echo gone`);
    const result = await run(`exec 3>${pipe}; sleep 300 | sleep 300`, { timeoutMs: 300 });
    expect(result.kind).toBe('timed-out');
    expect(text((await watching).stdout)).toBe('gone\n');
    rmSync(directory, { recursive: true });
  });

  it('is lost when the connection is closed under it, and so is every later one', async () => {
    const connection = await local();
    const running = connection.exec(request('sleep 300'));
    await connection.close();
    expect(await running).toMatchObject({ kind: 'lost' });
    expect(connection.closed).toBe(true);
    expect(await connection.exec(request('true'))).toMatchObject({ kind: 'lost' });
  });
});

describe('a gate', () => {
  it('sends nothing before its marker was seen', async () => {
    const result = await run('timeout 0.3 cat; echo go?; cat', {
      gates: [gate('go?', 'now', { end: true })],
    });
    expect(text(result.stdout)).toBe('go?\nnow');
  });

  it('opens where its marker is cut into single characters', async () => {
    const slow = 'for c in g o "?"; do printf %s "$c"; sleep 0.05; done; cat';
    const result = await run(slow, { gates: [gate('go?', ' went', { end: true })] });
    expect(text(result.stdout)).toBe('go? went');
  });

  it('looks at its own stream only', async () => {
    const result = await run('echo go? >&2; echo other?; cat', {
      gates: [gate('go?', 'wrong'), gate('other?', 'right', { end: true })],
    });
    expect(text(result.stdout)).toBe('other?\nright');
  });

  it('fires once when its marker may come again', async () => {
    const result = await run('printf go?go?go?; echo; read a; echo "<$a>"; echo end?; cat', {
      gates: [gate('go?', 'x\n'), gate('end?', '', { end: true })],
    });
    expect(text(result.stdout)).toBe('go?go?go?\n<x>\nend?\n');
  });

  it('gives up when its marker may not come again, be it at once or later', async () => {
    const once = { gates: [gate('pw?', 'x\n', { again: 'refused' as const })] };
    expect((await run('printf pw?pw?; sleep 300', once)).kind).toBe('refused');
    expect((await run('printf pw?; read a; printf pw?; sleep 300', once)).kind).toBe('refused');
  });

  it('sends a secret with a newline after it', async () => {
    const result = await run('printf pw? >&2; read a; echo "<$a>"', {
      gates: [gate('pw?', '', { stream: 'stderr', send: { secret: 'word' } })],
    });
    expect(text(result.stdout)).toBe('<sesame>\n');
  });

  it('gives up when there is no such secret', async () => {
    const result = await run('printf pw?; read a; echo "<$a>"', { gates: [gate('pw?', '', { send: { secret: 'none' } })] });
    expect(result.kind).toBe('refused');
  });

  it('loses the command when a secret cannot be looked up', async () => {
    const broken = { get: () => Promise.reject(new Error('no terminal')) };
    const connection = await createLocalTransport({ secrets: broken }).connect(target);
    const result = await connection.exec(request('printf pw?; read a', { gates: [gate('pw?', '', { send: { secret: 'word' } })] }));
    expect(result).toMatchObject({ kind: 'lost', why: 'the secret word could not be looked up' });
  });

  it('keeps the order of its answers while a secret is looked up', async () => {
    const slow = { get: () => new Promise<string>((resolve) => setTimeout(resolve, 50, 'first')) };
    const connection = await createLocalTransport({ secrets: slow }).connect(target);
    const gates = [gate('one?', '', { send: { secret: 'x' } }), gate('two?', 'second\n')];
    const result = await connection.exec(request('echo one?two?; read a; read b; echo "$a $b"', { gates }));
    expect(text(result.stdout)).toBe('one?two?\nfirst second\n');
  });
});

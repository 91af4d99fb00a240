import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Connection, Transport } from '../../src/domain/transport.ts';
import { createOpensshTransport } from '../../src/transport/openssh-transport.ts';
import { createSsh2Transport } from '../../src/transport/ssh2-transport.ts';
import { gate, request, secretsFrom, text } from '../transport/requests.ts';
import { type Sshd, startSshd, whyNoSshd } from './sshd.ts';

const missing = whyNoSshd();

const secrets = secretsFrom({ word: 'sesame' });
const TRANSPORTS: Readonly<Record<string, Transport>> = {
  ssh2: createSsh2Transport({ secrets }),
  openssh: createOpensshTransport({ secrets }),
};

describe.skipIf(missing !== undefined).each(Object.entries(TRANSPORTS))(
  `exec over a real sshd by %s${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  (name, transport) => {
    let sshd: Sshd;
    let connection: Connection;

    beforeAll(async () => {
      sshd = await startSshd();
      connection = await transport.connect(sshd.target());
    });
    afterAll(async () => {
      await connection.close();
      await sshd.stop();
    });

    it('gives back output, errors and the exit code', async () => {
      const result = await connection.exec(request('echo out; echo err >&2; exit 3'));
      expect(result).toMatchObject({ kind: 'exited', code: 3 });
      expect([text(result.stdout), text(result.stderr)]).toEqual(['out\n', 'err\n']);
    });

    it('tells a signal from an exit code, or does not know', async () => {
      const ended = name === 'ssh2' ? { kind: 'signalled', signal: 'SIGKILL' } : { kind: 'lost' };
      expect(await connection.exec(request('kill -KILL $$'))).toMatchObject(ended);
    });

    it('takes the exit code that ssh itself has for a broken connection for no success', async () => {
      const ended = name === 'ssh2' ? { kind: 'exited', code: 255 } : { kind: 'lost' };
      expect(await connection.exec(request('exit 255'))).toMatchObject(ended);
    });

    it('carries 5 MB of input and binary output unchanged', async () => {
      const bytes = randomBytes(5 * 1024 * 1024);
      const echoed = await connection.exec(request('cat', { preamble: bytes }));
      expect(echoed.kind).toBe('exited');
      expect(createHash('sha256').update(echoed.stdout).digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
    });

    it('closes standard input when there is no gate', async () => {
      const result = await connection.exec(request('cat; echo over'));
      expect(text(result.stdout)).toBe('over\n');
    });

    it('stops a flood at the limit and keeps its beginning', async () => {
      const result = await connection.exec(request('yes', { maxBytes: 100_000 }));
      expect(result.kind).toBe('flooded');
      expect(result.stdout.length).toBe(100_000);
      expect(await connection.exec(request('echo alive'))).toMatchObject({ kind: 'exited', code: 0 });
    });

    it('gives up on a command that takes too long, and keeps what it said', async () => {
      const other = await transport.connect(sshd.target());
      const result = await other.exec(request('echo begun; exec sleep 20', { timeoutMs: 4_000 }));
      expect(result.kind).toBe('timed-out');
      expect(text(result.stdout)).toBe('begun\n');
      await other.close();
    });

    it('lets other commands end before it gives up a connection on which one hangs', async () => {
      const other = await transport.connect(sshd.target());
      const pipe = `${sshd.directory}/pipe`;
      execFileSync('mkfifo', [pipe]);
      const hanging = other.exec(request('exec sleep 20', { timeoutMs: 100 }));
      const slow = other.exec(request(`cat ${pipe}`));
      expect((await hanging).kind).toBe('timed-out');
      await vi.waitUntil(() => other.closed, { timeout: 30_000 });
      await writeFile(pipe, 'done');
      expect(text((await slow).stdout)).toBe('done');
      expect(await other.exec(request('true'))).toMatchObject({ kind: 'lost' });
    });

    it('opens gates in turn, also where the marker comes in pieces', async () => {
      const script =
        'printf "na"; sleep 0.1; printf "me?"; read n; printf "wo" >&2; sleep 0.1; printf "rd?" >&2; read w; echo rest?; echo "$n/$w/$(cat)"';
      const result = await connection.exec(
        request(script, {
          gates: [
            gate('word?', '', { stream: 'stderr', send: { secret: 'word' }, again: 'refused' }),
            gate('name?', 'ali\n'),
            gate('rest?', 'all of it', { end: true }),
          ],
        }),
      );
      expect(result).toMatchObject({ kind: 'exited', code: 0 });
      expect(text(result.stdout)).toBe('name?rest?\nali/sesame/all of it\n');
    });

    it('answers a gate from a secret, with a newline', async () => {
      const result = await connection.exec(
        request('printf "pw?"; read word; echo "got $word"', { gates: [gate('pw?', '', { send: { secret: 'word' } })] }),
      );
      expect(text(result.stdout)).toBe('pw?got sesame\n');
    });

    it('gives up when a gate that must not come again comes again', async () => {
      const result = await connection.exec(
        request('printf "pw?"; read a; printf "pw?"; read b', { gates: [gate('pw?', 'wrong\n', { again: 'refused' })] }),
      );
      expect(result.kind).toBe('refused');
    });

    it('queues more commands than a host takes sessions', async () => {
      const results = await Promise.all(Array.from({ length: 30 }, (_, n) => connection.exec(request(`echo ${n}`))));
      expect(results.map((result) => text(result.stdout).trim())).toEqual(Array.from({ length: 30 }, (_, n) => String(n)));
    });

    it('is lost, not successful, once the connection was closed', async () => {
      const other = await transport.connect(sshd.target());
      const running = other.exec(request('sleep 20'));
      await other.exec(request('true'));
      await other.close();
      expect(other.closed).toBe(true);
      expect(await running).toMatchObject({ kind: 'lost' });
      expect(await other.exec(request('true'))).toMatchObject({ kind: 'lost' });
    });
  },
);

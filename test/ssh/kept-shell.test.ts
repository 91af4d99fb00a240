import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Reader } from '../../src/domain/access.ts';
import { ok } from '../../src/domain/failure.ts';
import type { Connection, ExecResult } from '../../src/domain/transport.ts';
import { createFleet } from '../../src/remote/fleet.ts';
import { createSsh2Transport } from '../../src/transport/ssh2-transport.ts';
import { request, secretsFrom, text } from '../transport/requests.ts';
import { type Sshd, startSshd, whyNoSshd } from './sshd.ts';

const missing = whyNoSshd();
/** Finds the shell that stays, from a program that it runs upwards. */
const OUTERMOST = `p=$$
while [ "$p" -gt 1 ]; do
  case $(tr '\\0' ' ' </proc/$p/cmdline) in '/bin/sh -s ') found=$p ;; esac
  p=$(cut -d' ' -f4 /proc/$p/stat)
done
echo $found`;
const HOST = { name: 'web1', groups: [], vars: {} };

describe.skipIf(missing !== undefined)(
  `commands that stay, over a real sshd${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    const transport = createSsh2Transport({ secrets: secretsFrom({}) });
    let sshd: Sshd;
    let connection: Connection;

    beforeAll(async () => {
      sshd = await startSshd({ config: ['MaxSessions 1'] });
      connection = await transport.connect(sshd.target());
    });
    afterAll(async () => {
      await connection.close();
      await sshd.stop();
    });

    const stays = { marker: 'over', streams: ['stdout', 'stderr'] } as const;
    const say = (what: string) => Buffer.from(`echo ${what}; echo over; echo over >&2\n`);
    const numberOf = (result: ExecResult) => (result.kind === 'stayed' ? result.number : -1);
    const begun = async () => numberOf(await connection.exec(request('sh -s', { preamble: say('one'), stays })));
    const gone = { kind: 'lost', unsent: true };

    it('answer again and again, and end when nothing more is to come', async () => {
      const second = await connection.exec(request('', { to: await begun(), preamble: say('two'), stays }));
      expect([second.kind, text(second.stdout)]).toEqual(['stayed', 'two\nover\n']);
      expect(await connection.exec(request('', { to: numberOf(second) }))).toMatchObject({ kind: 'exited', code: 0 });
      expect(await connection.exec(request('', { to: numberOf(second), preamble: say('three'), stays }))).toMatchObject(gone);
    });

    it('that ended by themselves are told as such, with nothing sent', async () => {
      const result = await connection.exec(
        request('sh -s', { preamble: Buffer.from('(sleep 0.2; kill $$) & echo over; echo over >&2\n'), stays }),
      );
      // The one session that this host allows is free again only once it has ended.
      expect((await connection.exec(request('true'))).kind).toBe('exited');
      expect(await connection.exec(request('', { to: numberOf(result), preamble: say('two'), stays }))).toMatchObject(gone);
    });

    it('keep the limits of each answer', async () => {
      const other = await transport.connect(sshd.target());
      const first = await other.exec(request('sh -s', { preamble: say('one'), stays }));
      const hanging = { to: numberOf(first), preamble: Buffer.from('echo begun; sleep 20\n'), stays, timeoutMs: 3_000 };
      const second = await other.exec(request('', hanging));
      expect([second.kind, text(second.stdout)]).toEqual(['timed-out', 'begun\n']);
      await other.close();
    });

    it('and go on printing while nobody asks them cost the connection', async () => {
      const other = await transport.connect(sshd.target());
      await other.exec(request('sh -s', { preamble: Buffer.from('echo over; echo over >&2; sleep 0.2; exec yes\n'), stays }));
      await vi.waitUntil(() => other.closed, { timeout: 20_000 });
      await other.close();
    });

    /** Counts the sessions that sshd has begun. */
    const sessions = () => sshd.log().split('Starting session').length - 1;
    function readerOf(): Promise<Reader> {
      const fleet = createFleet({ transport, targetOf: () => ok(sshd.target()), nonce: () => randomBytes(16).toString('hex') });
      onTestFinished(() => fleet.close(HOST));
      return fleet.read(HOST);
    }

    it('are not begun, where a password gets them, before a host has shown the key that it was planned with', async () => {
      const before = sessions();
      const secrets = secretsFrom({ become: 'secret' });
      const target = { ...sshd.target(), become: { enabled: true, user: 'nobody', password: { secret: 'become' } } };
      const fleet = createFleet({
        transport: createSsh2Transport({ secrets }),
        targetOf: () => ok(target),
        nonce: () => randomBytes(16).toString('hex'),
        known: new Map([[HOST.name, { machineId: '', hostKey: 'SHA256:other' }]]),
      });
      await expect(fleet.read(HOST)).rejects.toMatchObject({ failure: { code: 'stale' } });
      // Sessions are told in the order in which they began, and this one by a connection that came later.
      expect((await connection.exec(request('true'))).kind).toBe('exited');
      await vi.waitUntil(() => sessions() > before);
      expect([sessions() - before, secrets.asked]).toEqual([1, []]);
    });

    it('serve all reads of a connection, none of which sees what another has left', async () => {
      const before = sessions();
      const reader = await readerOf();
      const said: string[] = [];
      for (const word of ['one', 'two', 'three']) said.push(text((await reader.probe(['printf', word])).stdout));
      expect(said).toEqual(['one', 'two', 'three']);
      await vi.waitUntil(() => sessions() > before);
      expect(sessions() - before).toBe(1);
    });

    it('end with what they run, where that does not come to its end', async () => {
      const reader = await readerOf();
      const within = `${OUTERMOST}
p=$$
while [ "$p" != "$found" ]; do last=$p p=$(cut -d' ' -f4 /proc/$p/stat); done
kill -9 "$last"`;
      const killed = reader.probe(['sh', '-c', within], { timeoutMs: 1_000 });
      await expect(killed).rejects.toMatchObject({ failure: { code: 'lost' } });
    });

    it('are begun anew when somebody on the host has ended them', async () => {
      const reader = await readerOf();
      const shell = Number(text((await reader.probe(['sh', '-c', OUTERMOST])).stdout));
      expect(shell).toBeGreaterThan(1);
      process.kill(shell, 'SIGKILL');
      await vi.waitUntil(() => !existsSync(`/proc/${shell}`));
      expect(text((await reader.probe(['echo', 'again'])).stdout)).toBe('again\n');
    });
  },
);

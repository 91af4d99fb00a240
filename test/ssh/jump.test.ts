import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Connection, Endpoint, Target } from '../../src/domain/transport.ts';
import { createSsh2Transport } from '../../src/transport/ssh2-transport.ts';
import { request, secretsFrom, text } from '../transport/requests.ts';
import { refusalOf } from './failure.ts';
import { type Sshd, startSshd, whyNoSshd } from './sshd.ts';

const missing = whyNoSshd();
const secrets = secretsFrom({});

describe.skipIf(missing !== undefined)(`ways to a host through others${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let host: Sshd;
  let first: Sshd;
  let second: Sshd;

  beforeAll(async () => {
    [host, first, second] = await Promise.all([startSshd(), startSshd(), startSshd()]);
  });
  afterAll(async () => {
    for (const sshd of [host, first, second]) await sshd?.stop();
  });

  /** A jump host of that name. */
  function jump(name: string, sshd: Sshd, changes: Partial<Endpoint> = {}): Endpoint {
    const { become: _, ...endpoint } = sshd.target();
    return { ...endpoint, host: name, ...changes };
  }

  const via = (jumps: readonly Endpoint[], changes: Partial<Target> = {}) => host.target({ jumps, ...changes });
  const connect = (target: Target) => createSsh2Transport({ secrets }).connect(target);

  /** A known_hosts file that has the key of another host for this one. */
  function wrongKey(sshd: Sshd, other: Sshd): string {
    const path = join(sshd.directory, 'known_hosts_wrong');
    writeFileSync(path, `[127.0.0.1]:${sshd.port} ${other.hostKey('ed25519')}\n`);
    return path;
  }

  const logins = (sshd: Sshd) => sshd.log().split('Accepted publickey').length - 1;

  async function expectWorks(connection: Connection): Promise<void> {
    const result = await connection.exec(request('echo $SSH_CONNECTION'));
    expect(result).toMatchObject({ kind: 'exited', code: 0 });
    expect(text(result.stdout)).toContain(` ${host.port}`);
  }

  it('lead through one jump host, and through two', async () => {
    for (const jumps of [[jump('first', first)], [jump('first', first), jump('second', second)]]) {
      const connection = await connect(via(jumps));
      await expectWorks(connection);
      const passes = jumps.length === 1 ? first : second;
      expect(passes.log()).toContain(`127.0.0.1 port ${host.port}`);
      await connection.close();
      expect(connection.closed).toBe(true);
    }
    expect(first.log()).toContain(`127.0.0.1 port ${second.port}`);
  });

  it('share one login on the jump host, which ends with the last of them', async () => {
    const before = logins(first);
    const transport = createSsh2Transport({ secrets });
    const connections = await Promise.all(Array.from({ length: 20 }, () => transport.connect(via([jump('first', first)]))));
    await Promise.all(connections.map(expectWorks));
    expect(logins(first) - before).toBe(1);
    const disconnects = () => first.log().split('Disconnected from user').length;
    const then = disconnects();
    await Promise.all(connections.map((connection) => connection.close()));
    await vi.waitUntil(() => disconnects() > then, { timeout: 10_000 });
    // And the next one logs in anew.
    const next = await transport.connect(via([jump('first', first)]));
    await expectWorks(next);
    expect(logins(first) - before).toBe(2);
    await next.close();
  });

  it.each([
    [
      'the first jump host',
      () => via([jump('first', first, { knownHostsFiles: [wrongKey(first, host)] }), jump('second', second)]),
      /^jump host first: the host key of first has changed/,
    ],
    [
      'the second jump host',
      () => via([jump('first', first), jump('second', second, { knownHostsFiles: [wrongKey(second, host)] })]),
      /^jump host second: the host key of second has changed/,
    ],
    [
      'the host behind them',
      () => via([jump('first', first)], { knownHostsFiles: [wrongKey(host, first)] }),
      /^the host key of web1 has changed/,
    ],
  ])('are not taken when the key of %s is another one', async (_which, target, message) => {
    const before = logins(host);
    expect(await refusalOf(connect(target()))).toMatchObject({ code: 'host-key', message: expect.stringMatching(message) });
    expect(logins(host)).toBe(before);
  });

  it('are not taken when the jump host lets us not in, and it is named', async () => {
    const stranger = first.newKey('stranger', { allowed: false });
    const failure = await refusalOf(connect(via([jump('first', first, { identityFiles: [stranger] })])));
    expect(failure).toMatchObject({ code: 'auth', message: expect.stringMatching(/^jump host first: .*cannot log in on first/) });
  });

  it('are refused by a jump host that forwards nothing, with a hint', async () => {
    const closed = await startSshd({ config: ['AllowTcpForwarding no'] });
    try {
      expect(await refusalOf(connect(via([jump('closed', closed)])))).toMatchObject({
        code: 'unreachable',
        message: expect.stringMatching(/cannot reach web1: jump host closed opens no way there/),
        hint: expect.stringContaining('AllowTcpForwarding'),
      });
    } finally {
      await closed.stop();
    }
  });

  it('break with the jump host, and the command is lost', async () => {
    const fragile = await startSshd();
    const connection = await connect(via([jump('fragile', fragile)]));
    const running = connection.exec(request('exec sleep 20'));
    const sessions = execFileSync('pgrep', ['-P', String(fragile.pid)], { encoding: 'utf8' })
      .trim()
      .split('\n');
    for (const pid of sessions) process.kill(Number(pid), 'SIGKILL');
    expect(await running).toMatchObject({ kind: 'lost' });
    expect(connection.closed).toBe(true);
    await fragile.stop();
  });

  it('lead over the streams of a ProxyCommand', async () => {
    const relay = `bash -c 'exec 3<>/dev/tcp/127.0.0.1/${host.port}; cat <&3 & cat >&3; kill $!'`;
    const connection = await connect(
      host.target({ proxyCommand: relay, address: 'no.such.name', hostKeyAlias: `[127.0.0.1]:${host.port}` }),
    );
    await expectWorks(connection);
    await connection.close();
  });

  it('say what a ProxyCommand said that ended, at once', async () => {
    const failure = await refusalOf(
      connect(host.target({ proxyCommand: "sh -c 'echo no bastion today >&2; exit 3'", connectTimeoutMs: 60_000 })),
    );
    expect(failure).toMatchObject({ code: 'unreachable', message: expect.stringContaining('ProxyCommand ended with 3: no bastion today') });
  });

  it('look the key up by HostKeyAlias alone', async () => {
    const path = join(host.directory, 'known_hosts_alias');
    writeFileSync(path, `the-database ${host.hostKey('ed25519')}\n`);
    const connection = await connect(host.target({ hostKeyAlias: 'the-database', knownHostsFiles: [path] }));
    await expectWorks(connection);
    await connection.close();
    expect(await refusalOf(connect(host.target({ hostKeyAlias: 'the-other-database', knownHostsFiles: [path] })))).toMatchObject({
      code: 'host-key',
    });
  });
});

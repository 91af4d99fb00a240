import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Connection, Target } from '../../src/domain/transport.ts';
import { createSsh2Transport } from '../../src/transport/ssh2-transport.ts';
import { request, secretsFrom, text } from '../transport/requests.ts';
import { refusalOf } from './failure.ts';
import { type CuttingProxy, startProxy } from './proxy.ts';
import { freePort, type Sshd, startSshd, whyNoSshd } from './sshd.ts';

const missing = whyNoSshd();

describe.skipIf(missing !== undefined)(`faults on the way to a real sshd${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let sshd: Sshd;
  const transport = createSsh2Transport({ secrets: secretsFrom({}) });

  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd.stop());

  /** The same host by way of a proxy: its key is known under the proxy's port. */
  const through = (proxy: CuttingProxy, changes: Partial<Target> = {}) => {
    const knownHosts = join(sshd.directory, `known_hosts_${proxy.port}`);
    writeFileSync(knownHosts, `[127.0.0.1]:${proxy.port} ${sshd.hostKey('ed25519')}\n`);
    return sshd.target({ port: proxy.port, knownHostsFiles: [knownHosts], ...changes });
  };

  const overProxy = async (work: (connection: Connection, proxy: CuttingProxy) => Promise<void>, changes: Partial<Target> = {}) => {
    const proxy = await startProxy(sshd.port);
    try {
      await work(await transport.connect(through(proxy, changes)), proxy);
    } finally {
      await proxy.close();
    }
  };

  it('calls a command lost when the network breaks under it', () =>
    overProxy(async (connection, proxy) => {
      const running = connection.exec(request('echo working; exec sleep 20'));
      const before = proxy.received();
      await vi.waitUntil(() => proxy.received() > before + 100);
      proxy.cut();
      expect(await running).toMatchObject({ kind: 'lost', why: expect.any(String) });
      expect(connection.closed).toBe(true);
    }));

  it('never takes a cut connection for success, wherever the cut is', async () => {
    const probe = await startProxy(sshd.port);
    const connection = await transport.connect(through(probe));
    const login = probe.received();
    await connection.exec(request('printf 12345'));
    const total = probe.received();
    await connection.close();
    await probe.close();
    const kinds = new Map<string, number>();
    for (let at = login; at < total; at += 16) {
      const proxy = await startProxy(sshd.port, { cutAfterBytes: at });
      const result = await transport.connect(through(proxy)).then(
        (cut) => cut.exec(request('printf 12345')),
        () => undefined,
      );
      await proxy.close();
      const kind = result?.kind ?? 'not connected';
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      if (result?.kind === 'exited') expect(text(result.stdout)).toBe('12345');
    }
    expect(kinds.get('lost')).toBeGreaterThan(5);
  });

  it('calls a command lost when sshd dies under it', async () => {
    const connection = await transport.connect(sshd.target());
    const pid = text((await connection.exec(request('echo $PPID'))).stdout).trim();
    const running = connection.exec(request('exec sleep 20'));
    execFileSync('kill', ['-KILL', pid]);
    expect(await running).toMatchObject({ kind: 'lost' });
  });

  it('calls a command lost when its channel is closed without an exit status', async () => {
    const impatient = await startSshd({ config: ['ChannelTimeout session:*=1s'] });
    onTestFinished(() => impatient.stop());
    const connection = await transport.connect(impatient.target());
    expect(await connection.exec(request('exec sleep 20'))).toMatchObject({
      kind: 'lost',
      why: expect.stringContaining('without an exit status'),
    });
    await connection.close();
  });

  it('notices by keep-alives that a host is no longer there', () =>
    overProxy(
      async (connection, proxy) => {
        const running = connection.exec(request('exec sleep 20', { timeoutMs: 30_000 }));
        proxy.freeze();
        expect(await running).toMatchObject({ kind: 'lost', why: 'Keepalive timeout' });
      },
      { keepAliveMs: 100 },
    ));

  it('reaches a host that takes one session at a time', async () => {
    const narrow = await startSshd({ config: ['MaxSessions 1'] });
    onTestFinished(() => narrow.stop());
    const connection = await transport.connect(narrow.target());
    const results = await Promise.all(Array.from({ length: 10 }, (_, n) => connection.exec(request(`echo ${n}`))));
    expect(results.map((result) => text(result.stdout).trim())).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    await connection.close();
  });

  it('does not keep a command waiting for a session that a hanging one holds', async () => {
    const narrow = await startSshd({ config: ['MaxSessions 1'] });
    onTestFinished(() => narrow.stop());
    const connection = await transport.connect(narrow.target());
    const hanging = connection.exec(request('exec sleep 20', { timeoutMs: 200 }));
    const next = connection.exec(request('true', { timeoutMs: 15_000 }));
    expect((await hanging).kind).toBe('timed-out');
    expect(await next).toMatchObject({ kind: 'lost', why: 'the connection was given up after a command that did not end' });
  });

  it('comes again when it is turned away before the first word', async () => {
    const proxy = await startProxy(sshd.port, { turnAway: 3 });
    const connection = await transport.connect(through(proxy));
    expect((await connection.exec(request('true'))).kind).toBe('exited');
    await connection.close();
    await proxy.close();
  });

  it('is unreachable when nothing listens', async () => {
    const port = await freePort();
    const failure = await refusalOf(transport.connect(sshd.target({ port })));
    expect(failure).toMatchObject({ code: 'unreachable', at: `127.0.0.1:${port}`, message: expect.stringContaining('connection refused') });
  });

  it('is unreachable when the name does not resolve', async () => {
    expect((await refusalOf(transport.connect(sshd.target({ address: 'no-such-host.invalid' })))).code).toBe('unreachable');
  });

  it('times out on a port that never says a word', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const failure = await refusalOf(transport.connect(sshd.target({ port, connectTimeoutMs: 300 })));
    expect(failure).toMatchObject({ code: 'timed-out', message: expect.stringContaining('key exchange') });
    silent.close();
  });

  it('times out where the login hangs', async () => {
    const proxy = await startProxy(sshd.port);
    const key = sshd.newKey('asks', { passphrase: 'open sesame' });
    // The passphrase comes, but from then on nothing passes.
    const secrets = {
      get: async () => {
        proxy.freeze();
        return 'open sesame';
      },
    };
    const target = through(proxy, { identityFiles: [key], connectTimeoutMs: 2_000 });
    const failure = await refusalOf(createSsh2Transport({ secrets }).connect(target));
    expect(failure).toMatchObject({ code: 'timed-out', message: expect.stringContaining('login') });
    await proxy.close();
  });

  it('does not count the time in which a passphrase is typed', async () => {
    const key = sshd.newKey('typed', { passphrase: 'open sesame' });
    const typing = { get: () => new Promise<string>((resolve) => setTimeout(resolve, 3_100, 'open sesame')) };
    const connection = await createSsh2Transport({ secrets: typing }).connect(
      sshd.target({ identityFiles: [key], connectTimeoutMs: 3_000 }),
    );
    expect((await connection.exec(request('true'))).kind).toBe('exited');
    await connection.close();
  });

  it('logs in to 40 hosts, two at a time', async () => {
    const narrow = createSsh2Transport({ secrets: secretsFrom({}), limits: { handshakes: 2 } });
    const connections = await Promise.all(Array.from({ length: 40 }, () => narrow.connect(sshd.target())));
    expect(connections.every((connection) => !connection.closed)).toBe(true);
    await Promise.all(connections.map((connection) => connection.close()));
  });
});

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Endpoint } from '../../src/domain/transport.ts';
import { createOpensshTransport } from '../../src/transport/openssh-transport.ts';
import { request, secretsFrom, text } from '../transport/requests.ts';
import { startCertified } from './certified.ts';
import { refusalOf } from './failure.ts';
import { freePort, type Sshd, startSshd, whyNoSshd } from './sshd.ts';

const missing = whyNoSshd();

describe.skipIf(missing !== undefined)(`the ssh of this machine${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let sshd: Sshd;
  const transport = createOpensshTransport({ secrets: secretsFrom({}) });

  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd?.stop());

  it('logs in, tells the fingerprint that it saw, and leaves no socket behind', async () => {
    vi.stubEnv('TMPDIR', mkdtempSync(join(sshd.directory, 't')));
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const connection = await transport.connect(sshd.target());
    expect(text((await connection.exec(request('echo hello'))).stdout)).toBe('hello\n');
    expect(readdirSync(tmpdir())).toHaveLength(1);
    const fingerprint = execFileSync('ssh-keygen', ['-lf', join(sshd.directory, 'host_ed25519.pub')], { encoding: 'utf8' }).split(' ')[1];
    expect(connection.hostKey).toBe(fingerprint);
    await connection.close();
    expect(connection.closed).toBe(true);
    expect(readdirSync(tmpdir())).toEqual([]);
  });

  it('takes a host certificate by an authority of known_hosts, and logs in with a certificate of the user', async () => {
    const certified = await startCertified(sshd);
    try {
      const target = certified.sshd.target({ identityFiles: [certified.userKey], knownHostsFiles: [certified.knownHosts] });
      const connection = await transport.connect(target);
      expect(await connection.exec(request('true'))).toMatchObject({ kind: 'exited', code: 0 });
      await connection.close();
      expect(certified.sshd.log()).toContain('Accepted publickey');
      expect(certified.sshd.log()).toContain('ED25519-CERT');
      // Without the authority the same host is a stranger.
      expect(await refusalOf(transport.connect({ ...target, knownHostsFiles: [join(sshd.directory, 'no-such-file')] }))).toMatchObject({
        code: 'host-key',
      });
    } finally {
      await certified.stop();
    }
  });

  it.each([
    ['an unknown host key', 'host-key', () => sshd.target({ knownHostsFiles: [join(sshd.directory, 'none')] })],
    [
      'a key that may not log in',
      'auth',
      () => sshd.target({ identityFiles: [sshd.newKey(`stranger-${Date.now()}`, { allowed: false })] }),
    ],
    [
      'a key with a passphrase that nobody is asked for',
      'auth',
      () => sshd.target({ identityFiles: [sshd.newKey(`locked-${Date.now()}`, { passphrase: 'sesame' })] }),
    ],
    ['a password', 'auth', () => sshd.target({ password: { secret: 'word' } })],
  ])('refuses %s by name', async (_what, code, target) => {
    const target_ = target();
    expect(await refusalOf(transport.connect(target_))).toMatchObject({ code, message: expect.stringContaining('web1') });
  });

  it('names a port on which nobody listens', async () => {
    const failure = await refusalOf(transport.connect(sshd.target({ port: await freePort() })));
    expect(failure).toMatchObject({ code: 'unreachable', message: expect.stringContaining('Connection refused') });
  });

  it('leads through jump hosts, each by rules and keys of its own', async () => {
    const bastions = await Promise.all([startSshd(), startSshd()]);
    try {
      const jumps = bastions.map((bastion, n): Endpoint => {
        const { become: _, ...jump } = bastion.target();
        return { ...jump, host: `bastion${n}` };
      });
      const connection = await transport.connect(sshd.target({ jumps }));
      expect(text((await connection.exec(request('echo hello'))).stdout)).toBe('hello\n');
      const [first, second] = bastions;
      expect([first?.log(), second?.log()]).toEqual([
        expect.stringContaining(`127.0.0.1 port ${second?.port}`),
        expect.stringContaining(`127.0.0.1 port ${sshd.port}`),
      ]);
      await connection.close();
    } finally {
      for (const bastion of bastions) await bastion.stop();
    }
  });

  it('does not stay logged in when this process is killed', async () => {
    const program = `
      import { createOpensshTransport } from '${new URL('../../src/transport/openssh-transport.ts', import.meta.url).href}';
      process.once('message', async (target) => {
        await createOpensshTransport({ secrets: { get: async () => undefined } }).connect(target);
        process.send('connected');
      });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // What a killed process leaves there goes with the directory.
      env: { ...process.env, TMPDIR: sshd.directory },
    });
    const connected = once(child, 'message');
    child.send(sshd.target());
    await connected;
    const over = () => sshd.log().split('Disconnected from user').length + sshd.log().split('Connection closed by').length;
    const before = over();
    child.kill('SIGKILL');
    await vi.waitUntil(() => over() > before, { timeout: 20_000 });
  });

  it('comes again to a host, or a jump host, that turns newcomers away while others log in', async () => {
    const narrow = await startSshd({ config: ['MaxStartups 2:100:2'] });
    try {
      const { become: _, ...jump } = narrow.target();
      const behind = sshd.target({ jumps: [{ ...jump, host: 'narrow' }], connectTimeoutMs: 40_000 });
      const targets = Array.from({ length: 12 }, (__, n) => (n % 2 === 0 ? behind : narrow.target({ connectTimeoutMs: 40_000 })));
      const connections = await Promise.all(targets.map((target) => transport.connect(target)));
      expect(narrow.log()).toContain('past MaxStartups');
      await Promise.all(connections.map((connection) => connection.close()));
    } finally {
      await narrow.stop();
    }
  });

  it('passes on to jump hosts that host keys are checked, whatever the configuration says of them', async () => {
    const bastion = await startSshd();
    const config = join(bastion.directory, 'config');
    writeFileSync(config, 'Host *\n  StrictHostKeyChecking no\n  NoHostAuthenticationForLocalhost yes\n');
    try {
      const { become: _, ...jump } = bastion.target({ knownHostsFiles: [join(bastion.directory, 'none')] });
      const careless = createOpensshTransport({ secrets: secretsFrom({}), configFile: config });
      const failure = await refusalOf(careless.connect(sshd.target({ jumps: [{ ...jump, host: 'bastion' }] })));
      expect(failure).toMatchObject({ code: 'host-key' });
      expect(bastion.log()).toContain('Connection from 127.0.0.1');
      expect(bastion.log()).not.toContain('Accepted publickey');
    } finally {
      await bastion.stop();
    }
  });

  it('forwards nothing and learns nothing, whatever the configuration says', async () => {
    const connection = await transport.connect(sshd.target());
    const { stdout } = await connection.exec(request('echo "[$SSH_AUTH_SOCK][$DISPLAY]"'));
    expect(text(stdout)).toBe('[][]\n');
    await connection.close();
  });
});

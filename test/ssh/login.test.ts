import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSsh2Transport } from '../../src/transport/ssh2-transport.ts';
import { request, secretsFrom } from '../transport/requests.ts';
import { type Agent, startAgent } from './agent.ts';
import { refusalOf } from './failure.ts';
import { type Sshd, startSshd, whyNoSshd } from './sshd.ts';

const missing = whyNoSshd();

describe.skipIf(missing !== undefined)(`login to a real sshd${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let sshd: Sshd;
  let agent: Agent | undefined;

  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterEach(async () => {
    await agent?.stop();
    agent = undefined;
  });
  afterAll(() => sshd.stop());

  const none = secretsFrom({});
  const worksWith = async (changes: Parameters<Sshd['target']>[0], secrets = none) => {
    const connection = await createSsh2Transport({ secrets }).connect(sshd.target(changes));
    expect(await connection.exec(request('true'))).toMatchObject({ kind: 'exited', code: 0 });
    await connection.close();
  };
  const refusal = (changes: Parameters<Sshd['target']>[0], secrets = none) =>
    refusalOf(createSsh2Transport({ secrets }).connect(sshd.target(changes)));

  for (const kind of ['ed25519', 'ecdsa', 'rsa'] as const) {
    it(`works with a plain ${kind} key`, () => worksWith({ identityFiles: [sshd.newKey(`plain_${kind}`, { kind })] }));

    it(`works with an encrypted ${kind} key`, async () => {
      const path = sshd.newKey(`locked_${kind}`, { kind, passphrase: 'open sesame' });
      await worksWith({ identityFiles: [path] }, secretsFrom({ [`key:${path}`]: 'open sesame' }));
    });
  }

  for (const kind of ['ecdsa', 'rsa'] as const) {
    it(`works with an ${kind} key in the old PEM format`, async () => {
      const path = sshd.newKey(`pem_${kind}`, { kind });
      execFileSync('ssh-keygen', ['-q', '-p', '-m', 'PEM', '-N', '', '-f', path]);
      await worksWith({ identityFiles: [path] });
    });
  }

  it('asks for the passphrase once for 20 hosts', async () => {
    const path = sshd.newKey('locked_once', { passphrase: 'open sesame' });
    const secrets = secretsFrom({ [`key:${path}`]: 'open sesame' });
    const transport = createSsh2Transport({ secrets });
    const target = sshd.target({ identityFiles: [path] });
    const connections = await Promise.all(Array.from({ length: 20 }, () => transport.connect(target)));
    expect(secrets.asked).toEqual([`key:${path}`]);
    await Promise.all(connections.map((connection) => connection.close()));
  });

  it('does not ask for the passphrase of a key that the host does not take', async () => {
    const path = sshd.newKey('locked_unknown', { passphrase: 'open sesame', allowed: false });
    const secrets = secretsFrom({});
    await worksWith({ identityFiles: [path, join(sshd.directory, 'id_user')] }, secrets);
    expect(secrets.asked).toEqual([]);
  });

  it('asks for the passphrase of an old PEM key that shows no public half', async () => {
    const path = sshd.newKey('pem_locked', { kind: 'rsa', passphrase: 'open sesame' });
    execFileSync('ssh-keygen', ['-q', '-p', '-m', 'PEM', '-P', 'open sesame', '-N', 'open sesame', '-f', path]);
    const alone = join(sshd.directory, 'pem_alone');
    copyFileSync(path, alone);
    await worksWith({ identityFiles: [alone] }, secretsFrom({ [`key:${alone}`]: 'open sesame' }));
  });

  it('says that a passphrase is wrong', async () => {
    const path = sshd.newKey('locked_wrong', { passphrase: 'open sesame' });
    const failure = await refusal({ identityFiles: [path] }, secretsFrom({ [`key:${path}`]: 'open barley' }));
    expect(failure.code).toBe('auth');
    expect(failure.message).toContain('the passphrase is wrong');
  });

  it('says which keys it tried and which it left out', async () => {
    const wrong = sshd.newKey('wrong', { allowed: false });
    const loose = sshd.newKey('loose');
    chmodSync(loose, 0o644);
    const printed = execFileSync('ssh-keygen', ['-l', '-f', `${wrong}.pub`])
      .toString()
      .split(' ')[1];
    const failure = await refusal({ identityFiles: [wrong, loose, '/nowhere/id_rsa'] });
    expect(failure).toMatchObject({ code: 'auth', hint: expect.stringContaining('FIDO') });
    for (const part of [
      `${wrong} (ssh-ed25519 ${printed})`,
      `${loose}: others may read it`,
      '/nowhere/id_rsa: no such file',
      'publickey',
    ]) {
      expect(failure.message).toContain(part);
    }
  });

  it('refuses a user that does not exist', async () => {
    const failure = await refusal({ user: 'nobody-of-that-name' });
    expect(failure).toMatchObject({ code: 'auth', message: expect.stringContaining('nobody-of-that-name cannot log in on web1') });
  });

  it('has nothing to try without a key, and says so', async () => {
    const failure = await refusal({ identityFiles: [] });
    expect(failure.message).toContain('there was no key or password to try');
  });

  it('sends no password where the host takes none', async () => {
    const secrets = secretsFrom({ login: 'hunter2' });
    const wrong = sshd.newKey('wrong_too', { allowed: false });
    await refusal({ identityFiles: [wrong], password: { secret: 'login' } }, secrets);
    expect(secrets.asked).toEqual([]);
  });

  it('uses the keys of an agent', async () => {
    const path = sshd.newKey('in_agent', { kind: 'ecdsa' });
    agent = await startAgent([path, sshd.newKey('rsa_in_agent', { kind: 'rsa' })]);
    await worksWith({ identityFiles: [], agent: agent.socket });
  });

  it('uses an RSA key of an agent', async () => {
    agent = await startAgent([sshd.newKey('only_rsa', { kind: 'rsa' })]);
    await worksWith({ identityFiles: [], agent: agent.socket });
  });

  it('leaves an encrypted key file alone when the agent holds the key', async () => {
    const path = sshd.newKey('held', { allowed: true });
    agent = await startAgent([path]);
    execFileSync('ssh-keygen', ['-q', '-p', '-N', 'open sesame', '-f', path]);
    const secrets = secretsFrom({});
    await worksWith({ identityFiles: [path], agent: agent.socket }, secrets);
    expect(secrets.asked).toEqual([]);
  });

  it('shows the agent key that is named as a file first, before a host loses patience', async () => {
    const many = Array.from({ length: 8 }, (_, n) => sshd.newKey(`unknown_${n}`, { allowed: false }));
    const named = sshd.newKey('named');
    agent = await startAgent([...many, named]);
    await worksWith({ identityFiles: [named], agent: agent.socket });
    const failure = await refusal({ identityFiles: [], agent: agent.socket });
    expect(failure).toMatchObject({ code: 'auth', message: expect.stringContaining('Too many authentication failures') });
  });

  it('shows the one agent key that a public key file names, and no other where it is to be that alone', async () => {
    const named = sshd.newKey('public_half');
    agent = await startAgent([...Array.from({ length: 8 }, (_, n) => sshd.newKey(`unasked_${n}`, { allowed: false })), named]);
    rmSync(named);
    await worksWith({ identityFiles: [`${named}.pub`], identitiesOnly: true, agent: agent.socket });
    await worksWith({ identityFiles: [named], agent: agent.socket });
    expect(await refusal({ identityFiles: [`${named}.pub`] })).toMatchObject({ code: 'auth' });
  });

  it('goes on with the files when there is no agent behind the socket', () => worksWith({ agent: '/nowhere/agent.sock' }));

  it('says that certificates are not supported', async () => {
    const ca = sshd.newKey('ca', { allowed: false });
    const path = sshd.newKey('certified', { allowed: false });
    execFileSync('ssh-keygen', ['-q', '-s', ca, '-I', 'me', '-n', sshd.user, `${path}.pub`]);
    agent = await startAgent([path]);
    const failure = await refusal({ identityFiles: [path], agent: agent.socket });
    expect(failure.message).toMatch(/agent key \S+ \(ssh-ed25519-cert-v01@openssh.com\): certificates are not supported/);
    expect(failure.message).toContain(`${path}-cert.pub: certificates are not supported`);
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
});

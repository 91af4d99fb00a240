import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runbook } from '../lab/command-line.ts';
import { type Sshd, startSshd, whyNoSshd } from './sshd.ts';

const missing = whyNoSshd();

describe.skipIf(missing !== undefined)(`hostkeys${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let sshd: Sshd;
  let other: Sshd;
  let file: string;
  let hashes: 'yes' | 'no';

  beforeAll(async () => {
    [sshd, other] = await Promise.all([startSshd({ hostKeys: ['ed25519', 'ecdsa', 'rsa'] }), startSshd()]);
    file = join(sshd.directory, 'enrolled');
  });
  beforeEach(() => {
    rmSync(file, { force: true });
    hashes = 'no';
  });
  afterAll(async () => {
    await sshd?.stop();
    await other?.stop();
  });

  function hostkeys(verb: 'scan' | 'add', ...more: readonly string[]): ReturnType<typeof runbook> {
    const inventory = join(sshd.directory, 'hosts.yaml');
    const config = join(sshd.directory, 'config');
    const host = (port: number) => ({
      ansible_host: '127.0.0.1',
      ansible_port: port,
      ansible_ssh_common_args: `-o UserKnownHostsFile=${file}`,
    });
    writeFileSync(inventory, JSON.stringify({ all: { hosts: { web: host(sshd.port), db: host(other.port) } } }));
    // Debian's own configuration hashes.
    writeFileSync(config, `HashKnownHosts ${hashes}\n`);
    return runbook(['hostkeys', verb, ...more, '-i', inventory, '--ssh-config', config]);
  }

  const lines = () =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' ').slice(0, 2).join(' '));

  it('shows one key of each kind that a host has, logs in nowhere, and writes nothing', async () => {
    const { code, out } = await hostkeys('scan', 'web');
    expect(code).toBe(0);
    expect(out.match(/\[127\.0\.0\.1\]:\d+ (\S+) SHA256:\S+ {2}new/g)).toHaveLength(3);
    expect(sshd.log()).not.toContain('userauth-request');
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });

  it('adds what is new once, after which all is known', async () => {
    expect(await hostkeys('add', '-y')).toMatchObject({ code: 0, err: expect.stringContaining('Added 4 keys') });
    expect(lines().sort()).toEqual(
      [
        ...['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa'].map((type) => `[127.0.0.1]:${sshd.port} ${type}`),
        `[127.0.0.1]:${other.port} ssh-ed25519`,
      ].sort(),
    );
    const before = readFileSync(file, 'utf8');
    expect(await hostkeys('add', '-y')).toMatchObject({ code: 0, out: expect.not.stringContaining('new') });
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('hashes the names where HashKnownHosts says so, as ssh-keygen reads them', async () => {
    hashes = 'yes';
    expect(await hostkeys('add', '-y')).toMatchObject({ code: 0, err: expect.stringContaining('Added 4 keys') });
    expect(lines().every((line) => /^\|1\|[\w+/]{27}=\|[\w+/]{27}= \S+$/.test(line))).toBe(true);
    expect(readFileSync(file, 'utf8')).not.toContain('127.0.0.1');
    const find = (port: number) => execFileSync('ssh-keygen', ['-F', `[127.0.0.1]:${port}`, '-f', file], { encoding: 'utf8' });
    expect(find(other.port)).toContain(other.hostKey('ed25519'));
    expect(await hostkeys('scan')).toMatchObject({ code: 0, out: expect.not.stringContaining('new') });
  });

  it('adds nothing where nobody can be asked', async () => {
    expect(await hostkeys('add')).toMatchObject({ code: 5, err: expect.stringContaining('nobody agreed') });
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });

  it('never adds a key of a host that is known by another one, and ends with 3', async () => {
    const stranger = `[127.0.0.1]:${sshd.port} ${other.hostKey('ed25519')}\n`;
    writeFileSync(file, stranger);
    const { code, out } = await hostkeys('add', 'web', '-y');
    expect(code).toBe(3);
    expect(out.match(/not the key that known_hosts has for it/g)).toHaveLength(3);
    expect(readFileSync(file, 'utf8')).toBe(stranger);
  });

  it('calls a revoked key revoked', async () => {
    writeFileSync(file, `@revoked * ${sshd.hostKey('rsa')}\n`);
    const { code, out } = await hostkeys('scan', 'web');
    expect([code, out.match(/revoked/g)?.length]).toEqual([3, 1]);
  });

  it('as JSON has the keys themselves', async () => {
    const { out } = await hostkeys('scan', 'db', '--json');
    const [db] = JSON.parse(out) as { keys: { type: string; key: string; standing: string }[] }[];
    expect(db?.keys.map(({ type, key, standing }) => `${type} ${key} ${standing}`)).toEqual([`${other.hostKey('ed25519')} new`]);
  });
});

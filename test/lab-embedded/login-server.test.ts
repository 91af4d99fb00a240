import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { startTimeOf } from '../../src/lab/lab-state.ts';
import type { LabHandle } from '../../src/lab/lab-up.ts';
import { newKey } from '../../src/lab/new-key.ts';
import { ask, begin, ended, login, noPractice, practice, scratch } from './practice.ts';

/** A shell whose name does not change, so that its process can be told from outside by what it wrote. */
const NAME_ITSELF = 'echo $$ > /root/pid; ';

describe.skipIf(noPractice !== undefined)(
  `the SSH server of a host${noPractice === undefined ? '' : ` (not here: ${noPractice})`}`,
  async () => {
    const lab = noPractice === undefined ? await practice() : ({} as LabHandle);

    test.each([
      ['another key', { privateKey: newKey('stranger').privateText }],
      ['a password', { password: 'root' }],
      ['another user', { username: 'admin' }],
    ])('%s is refused', async (_name, more) => {
      await expect(login(lab, 'lab-2', more)).rejects.toThrow('All configured authentication methods failed');
    });

    test('exit statuses, signals and both outputs arrive', async () => {
      expect(await ask(lab, 'lab-2', 'echo out; echo err >&2; exit 7')).toEqual({
        code: 7,
        signal: undefined,
        stdout: 'out\n',
        stderr: 'err\n',
      });
      expect(await ask(lab, 'lab-2', 'kill -TERM $$')).toMatchObject({ code: undefined, signal: 'SIGTERM' });
    });

    test('standard input and much output go through whole', async () => {
      const input = 'x'.repeat(3_000_000);
      expect((await ask(lab, 'lab-2', 'wc -c', input)).stdout.trim()).toBe('3000000');
      expect((await ask(lab, 'lab-2', 'head -c 5000000 /dev/zero')).stdout.length).toBe(5_000_000);
    });

    test('commands of one connection run side by side', async () => {
      const client = await login(lab, 'lab-2');
      const reader = await begin(client, 'mkfifo /root/pipe; cat /root/pipe');
      const said = ended(reader);
      const writer = await begin(client, 'until [ -p /root/pipe ]; do :; done; echo through > /root/pipe');
      await ended(writer);
      expect((await said).stdout).toBe('through\n');
      client.end();
    });

    test('a signal that is sent reaches the command', async () => {
      const client = await login(lab, 'lab-2');
      const channel = await begin(client, `trap 'echo caught; exit 3' USR1; echo ready; while :; do read -r line; done`);
      const said = ended(channel);
      await new Promise((resolve) => channel.once('data', resolve));
      channel.signal('USR1');
      expect(await said).toMatchObject({ code: 3, stdout: 'ready\ncaught\n' });
      client.end();
    });

    test('a command whose reader has gone does not go on writing for ever', async () => {
      const client = await login(lab, 'lab-2');
      const channel = await begin(client, `${NAME_ITSELF}while :; do echo yes; done`);
      await new Promise((resolve) => channel.once('data', resolve));
      const pid = Number(readFileSync(join(lab.paths.hosts, 'lab-2/root/pid'), 'utf8'));
      expect(startTimeOf(pid)).toBeDefined();
      client.end();
      await vi.waitFor(() => expect(startTimeOf(pid)).toBeUndefined(), { timeout: 10_000 });
    });

    test('shells, terminals, file transfer and forwarding are not served', async () => {
      const client = await login(lab, 'lab-2');
      const refused = (ask: (done: (error: Error | undefined) => void) => void) =>
        new Promise((resolve) => ask((error) => resolve(error?.message)));
      expect(await refused((done) => client.shell(false, done))).toMatch(/Unable to/);
      expect(await refused((done) => client.sftp(done))).toMatch(/Unable to|failure/i);
      expect(await refused((done) => client.forwardOut('127.0.0.1', 1, '127.0.0.1', 22, done))).toMatch(/refused|failed|open/i);
      client.end();
    });

    test("OpenSSH's client logs in with the key and the host keys of the fleet, and with no others", async () => {
      const run = promisify(execFile);
      const ssh = (known: string) =>
        run('ssh', [
          ...['-F', 'none', '-T', '-i', lab.paths.clientKey, '-p', String(lab.ports['lab-2'])],
          ...['-o', 'IdentitiesOnly=yes', '-o', 'StrictHostKeyChecking=yes', '-o', `UserKnownHostsFile=${known}`],
          ...['root@127.0.0.1', 'uname -n'],
        ]);
      expect((await ssh(lab.paths.knownHosts)).stdout).toBe('lab-2\n');
      const wrong = join(scratch(), 'known');
      writeFileSync(wrong, `[127.0.0.1]:${lab.ports['lab-2']} ${newKey('stranger').publicText}\n`);
      await expect(ssh(wrong)).rejects.toThrow('Host key verification failed');
    });

    test('the end of the fleet ends what it began', async () => {
      const other = await practice();
      const client = await login(other, 'lab-2');
      client.on('error', () => undefined);
      const channel = await begin(client, `${NAME_ITSELF}echo on; while :; do read -r line || sleep 100; done`);
      await new Promise((resolve) => channel.once('data', resolve));
      const pid = Number(readFileSync(join(other.paths.hosts, 'lab-2/root/pid'), 'utf8'));
      await other.close();
      await vi.waitFor(() => expect(startTimeOf(pid)).toBeUndefined(), { timeout: 10_000 });
    });
  },
);

test('new keys can be read, even those whose public half begins with a zero byte', () => {
  const keys = Array.from({ length: 600 }, () => newKey('many'));
  expect(keys.every(({ publicText }) => Buffer.from(publicText.split(' ')[1] ?? '', 'base64').length === 51)).toBe(true);
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { allowedReads, pathsOf } from '../../src/cli/allowed-reads.ts';
import { runSudoers } from '../../src/cli/run-sudoers.ts';
import type { TracedRead } from '../../src/engine/trace-reads.ts';
import { FakeHost } from '../fakes/fake-host.ts';
import { fakeWorld } from './rig.ts';

const COMMON = { color: 'never' } as const;

describe('a snippet of which no host is asked', () => {
  test('allows what follows from the inputs, names what does not, and reaches nobody', async () => {
    const { world, out, err } = fakeWorld();
    expect(await runSudoers(world, 'kubelet-bad-flag', { ...COMMON, user: 'audit', input: ['unit=k.service'] })).toBe(0);
    const text = out.text;
    expect(text).toContain('--unit\\=k.service');
    expect(text).toContain('audit ALL=(root) NOPASSWD: RUNBOOK_KUBELET_BAD_FLAG_1');
    expect(text).toMatch(/# {3}unit, .*: files of k\.service, which systemd names/);
    expect(text).toContain('#   args: what follows from unit');
    expect(text).not.toMatch(/\/proc\/uptime|\/bin\/date|\/bin\/sh|\*/);
    expect(err.text).toBe('');
  });

  test('is data with --json', async () => {
    const { world, out } = fakeWorld();
    await runSudoers(world, 'kubelet-bad-flag', { ...COMMON, json: true });
    const { user, allowed } = JSON.parse(out.text) as { user: string; allowed: { commands: string[][] }[] };
    expect(user).toBe('runbook');
    expect(allowed.flatMap(({ commands }) => commands)).toContainEqual(['/usr/bin/crictl', 'ps', '-q']);
  });

  test('does not tell what a sensitive step reads', async () => {
    const { world, out } = fakeWorld();
    const step = '{ id: key, sensitive: true, uses: file.read, with: { path: /etc/key } }';
    writeFileSync(join(world.cwd, 'b.yaml'), `apiVersion: runbook/v1\nname: b\nsummary: s\nhosts: all\ndiagnose: [${step}]\n`);
    await runSudoers(world, './b.yaml', COMMON);
    expect(out.text).not.toContain('/etc/key');
    expect(out.text).toContain('# key: it is sensitive');
  });

  test.each(['a b', 'x\nALL', '%all', ''])('for the login %j is refused', async (user) => {
    const { world, out, err } = fakeWorld();
    expect(await runSudoers(world, 'kubelet-bad-flag', { ...COMMON, user })).toBe(1);
    expect([out.text, err.text]).toEqual(['', expect.stringContaining('is no login')]);
  });
});

describe('of what a host reads', () => {
  const file = (path: string, real = path): TracedRead => ({ step: 's', read: { kind: 'file', path }, raise: true, real });
  const MODES = ['755 0 /etc', '644 0 /etc/open', '600 0 /etc/secret', '700 0 /closed', '644 0 /closed/f', '777 0 /any', '600 0 /any/f'];

  async function allowed(reads: readonly TracedRead[]) {
    const host = new FakeHost();
    const hooks = host.hooks as { answer?: unknown };
    hooks.answer = (_host: FakeHost, argv: readonly string[]) => {
      if (argv[0] === 'stat') return { code: 1, stdout: `${MODES.join('\n')}\n` };
      return {
        stdout: argv
          .slice(4)
          .map((name) => (name === 'crictl' || name === 'getfattr' ? '\n' : `/opt/${name}\n`))
          .join(''),
      };
    };
    const paths = await pathsOf(host, reads);
    const commands = [...allowedReads(reads, paths).values()].flat();
    return { commands: commands.map((words) => words.join(' ')), loose: reads.map(({ read, real }) => paths.loose(read, real)) };
  }

  test("only what not every login may read is allowed, by the host's own paths of programs", async () => {
    const { commands } = await allowed([file('/etc/open'), file('/etc/link', '/etc/secret'), file('/etc/absent')]);
    expect(commands).toEqual([
      '/opt/stat -L -c %f/%u/%g/%h/%s/%Y/%y -- /etc/link',
      '/opt/readlink -f -- /etc/link',
      '/opt/lsattr -d -- /etc/secret /etc',
      '/opt/cat -- /etc/link',
    ]);
    expect((await allowed([file('/closed/f')])).commands).toContain('/opt/cat -- /closed/f');
  });

  test('a program is allowed where its step may ask it as root and the host has it, each command once', async () => {
    const probe = (raise: boolean, ...argv: string[]): TracedRead => ({ step: 's', read: { kind: 'probe', argv }, raise });
    const { commands } = await allowed([
      probe(true, 'journalctl', '-n'),
      probe(true, 'journalctl', '-n'),
      probe(false, 'date'),
      probe(true, 'crictl', 'ps'),
      probe(true, 'kubectl', 'x'),
    ]);
    expect(commands).toEqual([
      '/opt/journalctl -n',
      '/opt/env HOME=/proc XDG_CACHE_HOME=/proc XDG_CONFIG_HOME=/proc KUBECACHEDIR=/proc /opt/kubectl x',
    ]);
  });

  test('a directory on the way that others can write to is found out', async () => {
    expect((await allowed([file('/etc/secret'), file('/any/f')])).loose).toEqual([undefined, '/any']);
  });
});

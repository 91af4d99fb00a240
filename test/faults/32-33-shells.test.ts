import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fleet } from '../../src/domain/access.ts';
import { HostFault } from '../../src/domain/failure.ts';
import { MORE_PACKAGES } from '../lab/base-tree.ts';
import { fleetIsMissing } from '../lab/commands.ts';
import { hostNamed, reach } from '../lab/reach.ts';
import { inventoryFor } from '../lab/write-inventory.ts';
import { apply, edited } from '../systemd/transactions.ts';
import { Bench, LINE_BOOK } from './bench.ts';

const missing = fleetIsMissing();

const F = '/etc/shell/f';

/** Login shells: those that run commands, and those that do not. */
const RUNS = { bash: '/bin/bash', dash: '/bin/dash', fish: '/usr/bin/fish', mksh: '/bin/mksh', tcsh: '/bin/tcsh', zsh: '/bin/zsh' };
const REFUSES = { nologin: '/usr/sbin/nologin', false: '/bin/false' };

/** What start-up files do to whoever logs in as `poisoned`: nothing of it may run in the place of what is meant. */
const FAKE = '#!/bin/sh\ntouch /tmp/wrong-command\nexit 0\n';
const FAKES = ['cat', 'cp', 'env', 'head', 'id', 'ln', 'mv', 'printf', 'readlink', 'rm', 'sed', 'sha256sum', 'sort', 'stat', 'sync'];
const BASHRC = `export PATH=/home/poisoned/bin ENV=/home/poisoned/env BASH_ENV=/home/poisoned/env IFS=e CDPATH=/ GREP_OPTIONS=-v POSIXLY_CORRECT=1 TZ=Asia/Tokyo
export LC_ALL=tr_TR.UTF-8 LS_COLORS=x
${FAKES.map((name) => `alias ${name}=/home/poisoned/bin/${name}; ${name}() { touch /tmp/wrong-command; }; export -f ${name}`).join('\n')}
set -f -u; echo welcome; echo mind the gap >&2; read -r line
`;

/** Tools that a change may want; without those of the second list it must still work. */
const TOOLS =
  'id stat readlink sed sort grep sha256sum cp mv rm ln cat mkdir rmdir chmod chown touch sync head date tail uname base64 timeout lsattr getfattr setfattr flock env printf tr wc find awk xargs dirname basename'.split(
    ' ',
  );
const NOT_NEEDED = ['base64', 'timeout', 'lsattr', 'getfattr', 'setfattr', 'flock', 'find', 'awk'];

/** Makes busybox's applets the host's tools: they come first in the PATH of all that runbook runs. Nothing there can set an attribute. */
const ONLY_BUSYBOX = `for t in ${TOOLS.filter((tool) => !tool.includes('fattr')).join(' ')}; do busybox --list | grep -qx $t && ln -s $(command -v busybox) /usr/sbin/$t; done; for t in getfattr setfattr setfacl chcon setcap; do ! command -v $t || mv $(command -v $t) /root/; done`;

describe.skipIf(missing)(`shells of all kinds${missing ? ` (${missing})` : ''}`, () => {
  let bench: Bench;
  let way: Fleet;

  beforeAll(async () => {
    bench = await Bench.up({ dash: {}, bash: {}, mksh: {}, busybox: {} }, MORE_PACKAGES);
    way = reach(bench.fleet);
    for (const shell of ['bash', 'mksh', 'busybox']) await bench.sh(shell, `ln -sf $(command -v ${shell}) /usr/bin/sh`);
    for (const name of bench.fleet.hosts.keys()) await bench.sh(name, `mkdir /etc/shell; echo old >${F}`);
    await bench.sh('busybox', ONLY_BUSYBOX);
    await addUsers();
  });
  afterAll(async () => {
    for (const name of bench?.fleet.hosts.keys() ?? []) await way.close(hostNamed(name));
    await bench?.[Symbol.asyncDispose]();
  });

  /** A user for each login shell on one host, and an inventory that names them as if they were hosts. */
  async function addUsers(): Promise<void> {
    const { fleet } = bench;
    const host = fleet.host('dash');
    const users = { ...RUNS, ...REFUSES, poisoned: '/bin/bash' };
    for (const [name, shell] of Object.entries(users)) {
      await host.exec('useradd', '--create-home', '--shell', shell, name);
      host.write(`/home/${name}/.ssh/authorized_keys`, readFileSync(`${fleet.key}.pub`), 0o600);
      host.write(`/home/${name}/app.conf`, 'old\n');
      host.write(`/etc/sudoers.d/${name}`, `${name} ALL=(ALL:ALL) NOPASSWD: ALL\n`, 0o440);
      host.write(`/etc/app/${name}`, 'old\n');
    }
    for (const name of FAKES) host.write(`/home/poisoned/bin/${name}`, FAKE, 0o755);
    await host.exec('ln', '-s', '/usr/bin/sudo', '/home/poisoned/bin/sudo');
    host.write('/home/poisoned/env', 'touch /tmp/wrong-command\n');
    host.write('/home/poisoned/.bashrc', BASHRC);
    for (const name of Object.keys(users)) await host.exec('chown', '-R', `${name}:`, `/home/${name}`);
    const inventory = JSON.parse(inventoryFor(fleet, {})) as { all: { hosts: Record<string, object> } };
    inventory.all.hosts = Object.fromEntries(
      Object.keys(users).map((name) => [`as-${name}`, { ansible_host: host.address, ansible_user: name }]),
    );
    writeFileSync(join(bench.work, 'users.json'), JSON.stringify(inventory));
  }

  const asUser = (name: string, path: string, more: Readonly<Record<string, string>> = {}) => {
    const users = JSON.parse(readFileSync(join(bench.work, 'users.json'), 'utf8')) as { all: { vars: Record<string, unknown> } };
    Object.assign(users.all.vars, more);
    writeFileSync(bench.inventory, JSON.stringify(users));
    return bench.run('apply', LINE_BOOK, { limit: `as-${name}`, inputs: { path } });
  };
  const onDash = (script: string) => bench.sh('dash', script);

  it.each(Object.keys(RUNS))('fault 32: a login shell of %s lets a file be changed, as root and as the user', async (name) => {
    expect((await asUser(name, `/etc/app/${name}`)).outcomes).toEqual({ [`as-${name}`]: 'fixed' });
    expect((await asUser(name, `/home/${name}/app.conf`, { ansible_become: 'false' })).outcomes).toEqual({ [`as-${name}`]: 'fixed' });
    expect(await onDash(`cat /etc/app/${name} /home/${name}/app.conf`)).toBe('new\nnew\n');
    expect(await onDash(`stat -c %U /etc/app/${name} /home/${name}/app.conf`)).toBe(`root\n${name}\n`);
  });

  it.each(Object.keys(REFUSES))('fault 32: a login shell of %s is a failure that says so, and nothing is changed', async (name) => {
    for (const become of ['true', 'false']) {
      const ended = await asUser(name, `/etc/app/${name}`, { ansible_become: become });
      expect(ended.outcomes).toEqual({
        [`as-${name}`]: expect.stringMatching(/^failed \((protocol|become): .*(ran no command|cannot become)/),
      });
      expect(ended.code).toBe(3);
    }
    expect(await onDash(`cat /etc/app/${name}`)).toBe('old\n');
  });

  it.each([
    ['as root', '/etc/app/poisoned', 'true'],
    ['as the user', '/home/poisoned/app.conf', 'false'],
  ])('fault 32: a poisoned PATH, ENV, BASH_ENV, aliases and functions run no wrong command, %s', async (_who, path, become) => {
    await onDash('rm -f /tmp/wrong-command');
    const ended = await asUser('poisoned', path, { ansible_become: become });
    expect(ended.outcomes).toEqual({ 'as-poisoned': 'fixed' });
    expect(await onDash(`cat ${path}; ls /tmp/wrong-command 2>&1 | grep -c 'No such file'`)).toBe('new\n1\n');
  });

  it.concurrent.each(['dash', 'bash', 'mksh', 'busybox'])(
    'fault 33: with %s as /bin/sh a host without a tool is changed as a whole, or not at all',
    async (name) => {
      const sh = (script: string) => bench.fleet.host(name).exec('busybox', 'sh', '-c', script);
      const kinds = new Map<string, string>();
      // Without fancy options, busybox's sync writes out the whole machine: fewer tools have to do there.
      for (const tool of TOOLS.filter((each, n) => name !== 'busybox' || NOT_NEEDED.includes(each) || n % 3 === 0)) {
        await sh(
          `busybox mkdir -p /root/sbin /root/bin; for d in sbin bin; do [ -e /usr/$d/${tool} ] && busybox mv /usr/$d/${tool} /root/$d/; done; :`,
        );
        let kind: string;
        try {
          const [result] = await apply(way, name, [await edited(way, name, F, `without ${tool}\n`)]);
          kind = result?.kind ?? 'none';
          if (kind === 'failed')
            expect(result).toMatchObject({ message: expect.stringMatching(new RegExp(`\\b${tool}\\b|extended attributes`)) });
        } catch (fault) {
          if (!(fault instanceof HostFault)) throw fault;
          kind = fault.failure.code;
          expect(fault.failure).toMatchObject({ code: 'missing-program', message: expect.stringContaining(tool) });
        } finally {
          await sh(`for d in sbin bin; do [ -e /root/$d/${tool} ] && busybox mv /root/$d/${tool} /usr/$d/; done; :`);
        }
        expect([tool, await sh(`busybox cat ${F}; busybox ls -A /etc/shell`)]).toEqual([
          tool,
          expect.stringMatching(/^(old|without \w+)\nf\n/),
        ]);
        const text = await sh(`busybox cat ${F}`);
        expect([tool, text]).toEqual([tool, kind === 'done' ? `without ${tool}\n` : 'old\n']);
        kinds.set(tool, kind);
        await sh(`echo old >${F}`);
      }
      expect(NOT_NEEDED.map((tool) => [tool, kinds.get(tool)])).toEqual(NOT_NEEDED.map((tool) => [tool, 'done']));
      // busybox's own shell finds its applets whatever stands in PATH.
      if (name === 'busybox') return;
      for (const tool of ['sha256sum', 'stat', 'sync']) expect([tool, kinds.get(tool)]).not.toEqual([tool, 'done']);
    },
  );
});

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HostFault } from '../../src/domain/failure.ts';
import type { Become } from '../../src/domain/transport.ts';
import { sealVault } from '../inventory/vault-texts.ts';
import { runbook } from '../lab/command-line.ts';
import { fleetIsMissing } from '../lab/commands.ts';
import { TestFleet } from '../lab/fleet.ts';
import { hostNamed, reach } from '../lab/reach.ts';
import { inventoryFor } from '../lab/write-inventory.ts';
import { apply, edited, failureOf, takeBack } from '../systemd/transactions.ts';
import { LINE_BOOK } from './bench.ts';

const missing = fleetIsMissing();

const PASSWORD = `S3cret "pass'$word`;
const password = { secret: 'become' };

/** Login name to what sudoers has for it; all have the same password. Debian's own `Defaults use_pty` holds for each. */
const USERS: Readonly<Record<string, string>> = {
  asked: 'asked ALL=(ALL:ALL) ALL\n',
  lectured: 'Defaults:lectured lecture=always\nlectured ALL=(ALL:ALL) ALL\n',
  noisy: 'noisy ALL=(ALL:ALL) ALL\n',
  terminal: 'Defaults:terminal requiretty\nterminal ALL=(ALL:ALL) ALL\n',
  unlisted: '',
  limited: 'limited ALL=(ALL:ALL) NOPASSWD: /usr/bin/id\n',
  nested: 'nested ALL=(app) ALL\n',
  terminal_free: 'Defaults:terminal_free requiretty\nterminal_free ALL=(ALL:ALL) NOPASSWD: ALL\n',
  plain: 'Defaults:plain requiretty, !use_pty\nplain ALL=(ALL:ALL) NOPASSWD: ALL\n',
  app: '',
  expired: 'expired ALL=(ALL:ALL) ALL\n',
};

const NOISY = 'echo welcome; echo mind the gap >&2; read -r line; echo "read <$line>"\n';

describe.skipIf(missing)(`a real sudo${missing ? ` (${missing})` : ''}`, () => {
  let fleet: TestFleet;

  beforeAll(async () => {
    fleet = await TestFleet.up({ sudo: {} });
    const host = fleet.host('sudo');
    const key = readFileSync(`${fleet.key}.pub`);
    for (const [name, rule] of Object.entries(USERS)) {
      await host.exec('useradd', '--create-home', '--shell', '/bin/bash', name);
      await host.exec('sh', '-c', 'printf "%s\\n" "$1" | chpasswd', 'sh', `${name}:${PASSWORD}`);
      host.write(`/home/${name}/.ssh/authorized_keys`, key, 0o600);
      if (name === 'noisy') host.write('/home/noisy/.bashrc', NOISY);
      await host.exec('chown', '-R', `${name}:`, `/home/${name}`);
      if (rule !== '') host.write(`/etc/sudoers.d/${name}`, rule, 0o440);
    }
    // sudo asks PAM about the account; sshd must not, or it would turn the account away itself.
    host.write('/etc/ssh/sshd_config.d/pam.conf', 'UsePAM no\n');
    await host.exec('systemctl', 'restart', 'ssh');
    await host.exec('chage', '-d', '2020-01-01', '-M', '1', '-I', '1', 'expired');
  });

  afterAll(async () => {
    await fleet?.[Symbol.asyncDispose]();
  });

  /** What `id -un` and a look for the password among all processes say; several reads, one connection. */
  async function asked(user: string, become: Partial<Become>, secret?: string): Promise<readonly string[]> {
    const way = reach(fleet, { user, become: { enabled: true, user: 'root', ...become } }, secret);
    try {
      const reader = await way.read(hostNamed('sudo'));
      const leak = 'cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | grep -c "S3cre[t]"';
      const answers = [await reader.probe(['id', '-un']), await reader.probe(['sh', '-c', leak])];
      return answers.map(({ stdout }) => Buffer.from(stdout).toString().trim());
    } finally {
      await way.close(hostNamed('sudo'));
    }
  }

  it.each([
    ['asks for a password', 'asked', 'root'],
    ['lectures first', 'lectured', 'root'],
    ['stands behind a start-up file that prints and reads', 'noisy', 'root'],
    ['leads to another user', 'nested', 'app'],
    ['wants a terminal', 'terminal', 'root'],
  ])('fault 34: a sudo that %s gets it once, and nowhere else', async (_what, user, becomes) => {
    expect(await asked(user, { user: becomes, password }, PASSWORD)).toEqual([becomes, '0']);
  });

  it.each<[string, string, Partial<Become>, string | undefined, string]>([
    ['wants a password that nobody has', 'asked', {}, undefined, 'a password is required'],
    ['does not know the user', 'unlisted', { password }, PASSWORD, 'not in the sudoers file'],
    ['allows something else', 'limited', {}, undefined, 'a password is required'],
    ['finds the account expired', 'expired', { password }, PASSWORD, 'expired'],
    ['allows another user', 'nested', { password }, PASSWORD, "is not allowed to execute '/bin/sh … /bin/sh -s' as root"],
  ])('fault 34: a sudo that %s is a failure that says so', async (_what, user, become, secret, says) => {
    const failure = await failureOf(asked(user, become, secret));
    expect(failure).toMatchObject({ code: 'become', message: expect.stringContaining(says), hint: expect.any(String) });
    expect(JSON.stringify(failure)).not.toContain('S3cret');
  });

  it('fault 34: sudo is given a wrong password once, however much is asked', async () => {
    const way = reach(fleet, { user: 'asked', become: { enabled: true, user: 'root', password } }, 'not it');
    const reader = await way.read(hostNamed('sudo'));
    for (const ask of [() => reader.facts(), () => reader.file('/etc/hostname'), () => apply(way, 'sudo', [])]) {
      await expect(ask()).rejects.toThrow(HostFault);
      expect(await failureOf(ask())).toMatchObject({ code: 'become', message: expect.stringContaining('did not accept the password') });
    }
    await way.close(hostNamed('sudo'));
    const log = await fleet.host('sudo').exec('journalctl', '--no-pager', '-o', 'cat', '_COMM=sudo');
    expect(log.match(/authentication failure/g)).toHaveLength(1);
    expect(log.match(/1 incorrect password attempt/g)).toHaveLength(1);
  });

  it('fault 34: sudo with a password carries a transaction and its undo', async () => {
    const way = reach(fleet, { user: 'asked', become: { enabled: true, user: 'root', password } }, PASSWORD);
    const change = await edited(way, 'sudo', '/etc/motd', `${'long '.repeat(50_000)}\n`);
    expect(await apply(way, 'sudo', [change])).toEqual([{ kind: 'done' }]);
    expect(await takeBack(way, 'sudo', [change])).toEqual([{ kind: 'done' }]);
    await way.close(hostNamed('sudo'));
  });

  /** What a terminal would alter: all bytes, control characters, lines beyond its 4,096 bytes, and ends of line. */
  const BYTES = Buffer.concat([Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), Buffer.alloc(100_000, '\r\n\x03\x04 long')]);

  it.each([
    ['asks for a password', 'terminal', PASSWORD],
    ['asks nobody', 'terminal_free', undefined],
    ['asks nobody and gives its command no terminal of its own', 'plain', undefined],
  ])(
    'fault 34: a sudo that wants a terminal and %s passes bytes as they are, and keeps the two streams apart',
    async (_what, user, secret) => {
      const way = reach(fleet, { user, become: { enabled: true, user: 'root', ...(secret === undefined ? {} : { password }) } }, secret);
      try {
        const host = fleet.host('sudo');
        host.write('/etc/bytes', BYTES);
        const reader = await way.read(hostNamed('sudo'));
        const [file, probe] = [
          await reader.file('/etc/bytes'),
          await reader.probe(['sh', '-c', 'cat /etc/bytes; cat /etc/bytes >&2; exit 7']),
        ];
        expect(file.kind === 'file' && Buffer.from(file.content.bytes).equals(BYTES)).toBe(true);
        expect([BYTES.equals(probe.stdout), BYTES.equals(probe.stderr), probe.code]).toEqual([true, true, 7]);
        const change = await edited(way, 'sudo', '/etc/bytes', `${BYTES.toString('latin1')}\x04\n\r`);
        expect(await apply(way, 'sudo', [change])).toEqual([{ kind: 'done' }]);
        expect(host.read('/etc/bytes').toString()).toBe(`${BYTES.toString('latin1')}\x04\n\r`);
        expect(await takeBack(way, 'sudo', [change])).toEqual([{ kind: 'done' }]);
        expect(host.read('/etc/bytes').equals(BYTES)).toBe(true);
      } finally {
        await way.close(hostNamed('sudo'));
      }
    },
  );

  it('fault 34: a sudo that wants a terminal where nothing can give it one is a failure that names the line for sudoers', async () => {
    const host = fleet.host('sudo');
    await host.exec('mv', '/usr/bin/script', '/root/script');
    const failure = await failureOf(asked('terminal', { password }, PASSWORD)).finally(() =>
      host.exec('mv', '/root/script', '/usr/bin/script'),
    );
    expect(failure).toMatchObject({
      code: 'become',
      message: expect.stringContaining('must have a tty'),
      hint: expect.stringContaining('Defaults:terminal !requiretty'),
    });
  });

  it('fault 34: a host without sudo is a failure that says so', async () => {
    const host = fleet.host('sudo');
    await host.exec('mv', '/usr/bin/sudo', '/root/sudo');
    const failure = await failureOf(asked('asked', { password }, PASSWORD)).finally(() => host.exec('mv', '/root/sudo', '/usr/bin/sudo'));
    expect(failure).toMatchObject({
      code: 'become',
      message: expect.stringMatching(/sudo.*not found/),
      hint: expect.stringContaining('install sudo'),
    });
  });

  it('fault 34: a sudo that hangs for a minute is given up, and the next exchange works', async () => {
    const host = fleet.host('sudo');
    const pam = '/etc/pam.d/sudo';
    await host.exec('sed', '-i.kept', '1a account required pam_exec.so /bin/sleep 60', pam);
    const failure = await failureOf(asked('asked', { password }, PASSWORD)).finally(() => host.exec('mv', `${pam}.kept`, pam));
    expect(failure).toMatchObject({ code: 'become', message: expect.stringContaining('sudo did not come back in time') });
    expect(await asked('asked', { password }, PASSWORD)).toEqual(['root', '0']);
  });

  it('fault 34: a password of the inventory gets into nothing that the command line prints or keeps, right or wrong', async () => {
    const work = mkdtempSync(join(tmpdir(), 'runbook-sudo-'));
    fleet.host('sudo').write('/etc/app.conf', 'old\n');
    writeFileSync(join(work, 'line.yaml'), LINE_BOOK);
    writeFileSync(join(work, 'vault'), 'open sesame\n');
    const sealed = sealVault(`ansible_become_password: ${JSON.stringify(PASSWORD)}\nother: S3cret too\n`, 'open sesame');
    for (const [given, outcome] of [
      [`${PASSWORD} not`, 'cannot become root'],
      [PASSWORD, 'fixed'],
      [{ __ansible_vault: sealVault(PASSWORD, 'open sesame') }, 'healthy'],
      ['not this one', 'healthy'],
    ] as const) {
      // A file of variables wins over what the inventory itself says.
      mkdirSync(join(work, 'group_vars'), { recursive: true });
      if (given === 'not this one') writeFileSync(join(work, 'group_vars/all.yml'), sealed);
      const inventory = JSON.parse(inventoryFor(fleet, {})) as { all: { vars: Record<string, unknown> } };
      Object.assign(inventory.all.vars, { ansible_user: 'asked', ansible_become_password: given });
      writeFileSync(join(work, 'hosts.json'), JSON.stringify(inventory));
      const common = [
        join(work, 'line.yaml'),
        '-i',
        join(work, 'hosts.json'),
        '--state-dir',
        join(work, 'state'),
        '-e',
        'path=/etc/app.conf',
        '--vault-password-file',
        join(work, 'vault'),
      ];
      for (const more of [
        ['plan', '-v'],
        ['diagnose', '--json'],
        ['apply', '-y', '-v', '--json'],
      ] as const) {
        const [verb, ...options] = more;
        const { out, err } = await runbook([verb, ...common, ...options]);
        expect(out + err).not.toContain('S3cret');
        if (verb === 'apply') expect(out).toContain(outcome);
      }
    }
    const kept = readdirSync(join(work, 'state'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(kept.length).toBeGreaterThan(0);
    for (const { parentPath, name } of kept) expect(readFileSync(join(parentPath, name), 'latin1')).not.toContain('S3cret');
    rmSync(work, { recursive: true, force: true });
  });

  it('fault 34: sudo leaves the password in no log of the host', async () => {
    const found = await fleet
      .host('sudo')
      .exec('sh', '-c', 'journalctl --no-pager | grep -c S3cret; grep -rl S3cret /var/log /var/lib/sudo /run /tmp /home; true');
    expect(found).toBe('0\n');
  });
});

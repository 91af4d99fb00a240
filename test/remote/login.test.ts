import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Become } from '../../src/domain/transport.ts';
import { defaultHost, localFleet, temporaryDirectory, thisHost } from './local-fleet.ts';
import type { ShellLogin } from './shell-transport.ts';
import { kinds, planned, transactionOf } from './transactions.ts';

/** What gives sudo a terminal (util-linux). */
const noScript = !existsSync('/usr/bin/script');

const rootByPassword: Become = { enabled: true, user: 'root', password: { secret: 'become' } };
const root: Become = { enabled: true, user: 'root' };

describe.each([
  ['dash', '/usr/bin/dash'],
  ['bash', '/usr/bin/bash'],
  ['mksh', '/usr/bin/mksh'],
  ['fish', '/usr/bin/fish'],
  ['tcsh', '/usr/bin/tcsh'],
  ['zsh', '/usr/bin/zsh'],
])('with %s as login shell', (_name, path) => {
  test.skipIf(!existsSync(path))('a read works', async () => {
    const reader = await localFleet({ login: { loginShell: [path, '-c'] } }).fleet.read(thisHost);
    expect(await printed(reader, ['echo', `it's $HOME`])).toBe(`it's $HOME\n`);
  });

  test.skipIf(!existsSync(path))('a sudo that asks gets its password', async () => {
    const { fleet } = sudoFleet('ask', rootByPassword, 's3cret word', { loginShell: [path, '-c'] });
    expect(await printed(await fleet.read(thisHost), ['echo', 'x'])).toBe('x\n');
  });

  test.skipIf(!existsSync(path) || noScript)('a sudo that wants a terminal gets one, and learns nothing else by it', async () => {
    for (const [mode, become] of [
      ['free', root],
      ['ask', rootByPassword],
    ] as const) {
      const { fleet, transport } = sudoFleet(mode, become, 's3cret word', { loginShell: [path, '-c'], env: { TERMINAL: 'wanted' } });
      const reader = await fleet.read(thisHost);
      const probe = await reader.probe(['sh', '-c', 'printf "a\\r\\n\\003\\004b"; echo oops >&2']);
      expect([Buffer.from(probe.stdout).toString(), Buffer.from(probe.stderr).toString()]).toEqual(['a\r\n\u0003\u0004b', 'oops\n']);
      expect(await printed(reader, ['echo', 'x'])).toBe('x\n');
      // The first was refused; those that follow know better.
      expect(transport.requests.map(({ command }) => command.includes('script -qc'))).toEqual([false, true, true]);
    }
  });
});

test('a start-up file that prints and reads a line does no harm', async () => {
  const dir = temporaryDirectory();
  // With a socket for its standard input, bash reads this file as it does for sshd.
  writeFileSync(`${dir}/.bashrc`, `echo welcome; echo oops >&2; read -r line; echo "$line" >${dir}/eaten; alias echo=false\n`);
  const login: ShellLogin = { loginShell: ['/usr/bin/bash', '-c'], env: { HOME: dir, PATH: '/usr/bin' } };
  const reader = await localFleet({ login }).fleet.read(thisHost);
  expect(await printed(reader, ['echo', 'x'])).toBe('x\n');
  expect(readFileSync(`${dir}/eaten`, 'utf8')).toBe('\n');
});

test('a poisoned environment runs no wrong program', async () => {
  const dir = temporaryDirectory();
  for (const name of ['stat', 'head', 'echo', 'uname']) writeFileSync(`${dir}/${name}`, '#!/bin/sh\necho poison\n', { mode: 0o755 });
  writeFileSync(`${dir}/env`, 'echo poison');
  const env = {
    PATH: `${dir}:/usr/bin:/bin`,
    ENV: `${dir}/env`,
    BASH_ENV: `${dir}/env`,
    IFS: 'e',
    CDPATH: dir,
    'BASH_FUNC_head%%': '() { echo poison; }',
    SHELLOPTS: 'allexport:errexit:noclobber:noglob:nounset:xtrace',
    nonce: 'poison',
  };
  for (const shell of ['/bin/sh', '/usr/bin/bash']) {
    // dash drops functions from its environment; bash hands them on.
    const login: ShellLogin = { loginShell: ['/usr/bin/bash', '-c'], env };
    const { fleet } = localFleet({ login, shell: { ...defaultHost, shell } });
    const reader = await fleet.read(thisHost);
    expect(await printed(reader, ['uname'])).toBe('Linux\n');
    expect(await printed(reader, ['env'])).not.toContain('nonce');
    expect((await reader.list(dir)).map(({ name }) => name)).toContain('env');
    expect(await kinds(fleet, [await planned(fleet, `${dir}/env`, `echo ${shell}`)])).toEqual(['done']);
  }
});

test.each(['/usr/sbin/nologin', '/bin/false'])('a login of %s is refused with what it said', async (shell) => {
  const reader = await localFleet({ login: { loginShell: [shell, '-c'] } }).fleet.read(thisHost);
  await expect(reader.facts()).rejects.toMatchObject({ failure: { code: 'protocol', message: expect.stringContaining('ran no command') } });
});

test('a login that only repeats the command is not taken for a shell', async () => {
  const shell = `${temporaryDirectory()}/shell`;
  writeFileSync(shell, `#!/bin/sh\necho "unknown command: $2"\nexit 1\n`, { mode: 0o755 });
  const reader = await localFleet({ login: { loginShell: [shell, '-c'] } }).fleet.read(thisHost);
  await expect(reader.facts()).rejects.toMatchObject({ failure: { code: 'protocol', message: expect.stringContaining('ran no command') } });
});

/** A sudo that knows one password, and runs what follows `--` when it is content. */
const SUDO = `#!/bin/sh
ask= prompt=
while [ "$1" != -- ]; do
  case $1 in -S) ask=1 ;; -p) prompt=$(printf '%s' "$2" | sed s/%%/%/g); shift ;; esac
  shift
done
shift
if [ "$TERMINAL" = wanted ] && ! (: </dev/tty) 2>/dev/null; then
  echo 'sudo: sorry, you must have a tty to run sudo' >&2
  exit 1
fi
case $MODE in
free) exec "$@" ;;
ask) [ -n "$ask" ] || { echo 'sudo: a password is required' >&2; exit 1; } ;;
tty) echo 'sudo: sorry, you must have a tty to run sudo' >&2; exit 1 ;;
never) echo 'operator is not in the sudoers file.' >&2; exit 1 ;;
esac
echo 'We trust you have received the usual lecture' >&2
for attempt in 1 2 3; do
  printf '%s' "$prompt" >&2
  read -r given || exit 1
  [ "$MODE" = afterwards ] && { echo 'Sorry, user operator may not run sudo on here.' >&2; exit 1; }
  [ "$given" = 's3cret word' ] && exec "$@"
  echo 'Sorry, try again.' >&2
done
exit 1
`;

function sudoFleet(mode: string, become: Become, secret = '', login: ShellLogin = {}): ReturnType<typeof localFleet> {
  const dir = temporaryDirectory();
  writeFileSync(`${dir}/sudo`, SUDO, { mode: 0o755 });
  const env = { PATH: `${dir}:/usr/bin:/bin`, MODE: mode, ...login.env };
  return localFleet({ login: { ...login, env, secret }, become });
}

test('sudo that asks nobody is used without a password', async () => {
  const { fleet, transport } = sudoFleet('free', root);
  expect(await printed(await fleet.read(thisHost), ['echo', 'x'])).toBe('x\n');
  expect(transport.requests[0]?.command).toMatch(/^exec sudo -n -u root -- \/bin\/sh -c 'echo [0-9a-f]{32}-ready; exec \/bin\/sh -s'$/);
});

test('the right password is sent once, after the prompt, and is in no argument and no answer', async () => {
  const { fleet, transport } = sudoFleet('ask', rootByPassword, 's3cret word');
  const probe = await (await fleet.read(thisHost)).probe(['sh', '-c', 'cat; cat /proc/*/cmdline 2>/dev/null; env']);
  expect(Buffer.from(probe.stdout).toString('latin1')).not.toContain('s3cret');
  expect(JSON.stringify(transport.requests)).not.toContain('s3cret');
});

test('a start-up file that reads a line gets neither the password nor the place of it', async () => {
  const dir = temporaryDirectory();
  writeFileSync(`${dir}/.bashrc`, `read -r line; echo "$line" >${dir}/eaten\n`);
  const { fleet } = sudoFleet('ask', rootByPassword, 's3cret word', { loginShell: ['/usr/bin/bash', '-c'], env: { HOME: dir } });
  expect(await printed(await fleet.read(thisHost), ['echo', 'x'])).toBe('x\n');
  expect(readFileSync(`${dir}/eaten`, 'utf8')).toBe('\n');
});

test('a password that was not accepted is not tried again on the same connection', async () => {
  const { fleet, transport } = sudoFleet('ask', rootByPassword, 'wrong');
  const reader = await fleet.read(thisHost);
  for (const _read of ['first', 'second']) await expect(reader.probe(['true'])).rejects.toMatchObject({ failure: { code: 'become' } });
  const asRoot = await fleet.write(thisHost);
  await expect(asRoot.begin(transactionOf([]))).rejects.toMatchObject({ failure: { code: 'become' } });
  expect(transport.requests).toHaveLength(1);
});

test('a password is not sent to a sudo that does not ask', async () => {
  const { fleet } = sudoFleet('free', rootByPassword, 'echo leaked');
  expect(await printed(await fleet.read(thisHost), ['echo', 'x'])).toBe('x\n');
});

test.each([
  ['a wrong password is tried once', 'ask', rootByPassword, 'wrong', 'did not accept the password'],
  ['a password that is needed and not there', 'ask', root, '', 'password is required'],
  ['an account that is not in sudoers', 'never', root, '', 'not in the sudoers'],
  ['a sudo that wants a terminal', 'tty', root, '', 'must have a tty'],
  ['an account that sudo refuses after it took the password', 'afterwards', rootByPassword, 's3cret word', 'may not run sudo'],
])('%s is a failure to become', async (_name, mode, become, secret, said) => {
  const reader = await sudoFleet(mode, become, secret).fleet.read(thisHost);
  await expect(reader.facts()).rejects.toMatchObject({
    failure: { code: 'become', message: expect.stringContaining(said), hint: expect.any(String) },
  });
});

test('a host without sudo is a failure to become', async () => {
  const reader = await localFleet({ login: { env: { PATH: '/nowhere' } }, become: root }).fleet.read(thisHost);
  await expect(reader.facts()).rejects.toMatchObject({ failure: { code: 'become', hint: expect.stringContaining('sudo') } });
});

test('who logs in as root needs no sudo', async () => {
  const { fleet, transport } = localFleet({ become: root, user: 'root' });
  await (await fleet.read(thisHost)).facts();
  expect(transport.requests[0]?.command).not.toContain('sudo');
});

test('a host without a needed program names it', async () => {
  const bin = `${temporaryDirectory()}/bin`;
  mkdirSync(bin);
  for (const name of ['cat', 'head', 'sed', 'sort', 'readlink']) symlinkSync(`/usr/bin/${name}`, `${bin}/${name}`);
  const reader = await localFleet({ shell: { ...defaultHost, path: bin } }).fleet.read(thisHost);
  await expect(reader.file('/etc/passwd')).rejects.toMatchObject({ failure: { code: 'missing-program', message: 'the host has no stat' } });
});

async function printed(
  reader: Awaited<ReturnType<ReturnType<typeof localFleet>['fleet']['read']>>,
  argv: readonly string[],
): Promise<string> {
  const { stdout } = await reader.probe(argv);
  return Buffer.from(stdout).toString();
}

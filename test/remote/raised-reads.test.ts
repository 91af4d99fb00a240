import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Reader } from '../../src/domain/access.ts';
import { HostFault } from '../../src/domain/failure.ts';
import type { HostShell } from '../../src/remote/host-shell.ts';
import { createLink } from '../../src/remote/link.ts';
import { raisedCommands } from '../../src/remote/raised-commands.ts';
import { raisingReader } from '../../src/remote/raising-reader.ts';
import { createReader } from '../../src/remote/reader.ts';
import { defaultHost, hostWithout, shells, temporaryDirectory, thisHost } from './local-fleet.ts';
import { shellTransport } from './shell-transport.ts';

/** A sudo that runs what it is given, and writes down what that was; it grumbles as the real one does where DNS is down. */
const FREE = `#!/bin/sh
[ "$1" = -n ] && [ "$2" = -- ] || exit 9
shift 2
for word do printf '%s\\t' "$word"; done >>"\${0%/*}/log"
echo >>"\${0%/*}/log"
echo 'sudo: unable to resolve host here: Name or service not known' >&2
HOME=/root exec "$@"
`;
const SHUT = '#!/bin/sh\necho "sudo: a password is required" >&2\nexit 1\n';
/** Allows looks at files, and nothing of what is in them. */
const HALF = `#!/bin/sh\ncase $3 in cat) echo "Sorry, user x is not allowed to execute '/usr/bin/cat' as root on h." >&2; exit 1 ;; esac\nshift 2; exec "$@"\n`;

const denied = (what: string) => Promise.reject(new HostFault({ code: 'permission-denied', message: `${what} is denied`, at: what }));

/** This machine, as root reads it, and as a login does that is denied every path and has a sudo. */
async function readers(
  sudo: string | undefined,
  shell: HostShell = defaultHost,
): Promise<{ root: Reader; raising: Reader; ran: () => readonly string[][] }> {
  const bin = temporaryDirectory();
  if (sudo !== undefined) writeFileSync(`${bin}/sudo`, sudo, { mode: 0o755 });
  const host = { ...shell, path: `${bin}:${shell.path}` };
  const become = { enabled: false, user: 'root' };
  const endpoint = { host: thisHost.name, address: '127.0.0.1', port: 22, user: 'x', identityFiles: [], knownHostsFiles: [] };
  const target = { ...endpoint, connectTimeoutMs: 1_000, keepAliveMs: 1_000, become };
  const connection = await shellTransport().connect(target);
  const link = createLink({ connection, target, shell: host, nonce: () => randomBytes(16).toString('hex') });
  const run = (script: Parameters<typeof link.run>[0]) => link.run(script, become);
  const root = createReader(run, host);
  const log = () => (existsSync(`${bin}/log`) ? readFileSync(`${bin}/log`, 'utf8').split('\n').slice(0, -1) : []);
  return {
    root,
    raising: raisingReader({ ...root, file: denied, list: denied }, run),
    ran: () => log().map((line) => line.split('\t').slice(0, -1)),
  };
}

describe.each(shells)('with $name as /bin/sh, single commands of sudo', (shell) => {
  test('read files as root reads them, and are just those that sudoers is told of', async () => {
    const dir = temporaryDirectory();
    const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    for (const [name, bytes] of [
      ['every', every],
      ['empty', ''],
      ["it's a $name", 'x\n'],
    ] as const)
      writeFileSync(`${dir}/${name}`, bytes);
    chmodSync(`${dir}/empty`, 0o600);
    symlinkSync('every', `${dir}/link`);
    const { root, raising, ran } = await readers(FREE, shell);
    for (const name of ['every', 'empty', "it's a $name", 'link', 'absent', 'no/such']) {
      const path = `${dir}/${name}`;
      const [expected, file] = [await root.file(path), await raising.file(path)];
      expect(file).toEqual(expected);
      const told = raisedCommands({ kind: 'file', path }, (program) => program, file.kind === 'file' ? file.realPath : undefined);
      expect(
        ran()
          .slice(-7)
          .filter((command) => command.includes(path) || command.includes(`${dir}/every`)),
      ).not.toEqual([]);
      for (const command of ran().filter((words) => words.at(-1) === path)) expect(told).toContainEqual(command);
    }
  });

  test('refuse what is no regular file, and read nothing of it', async () => {
    const dir = temporaryDirectory();
    const { raising, ran } = await readers(FREE, shell);
    await expect(raising.file(dir)).rejects.toMatchObject({ failure: { code: 'not-regular-file' } });
    expect(ran().map(([program]) => program)).not.toContain('cat');
  });

  test('that sudo refuses leave a read denied, with both reasons and what to do', async () => {
    const path = `${temporaryDirectory()}/f`;
    writeFileSync(path, 'x');
    const shut = (await readers(SHUT, shell)).raising;
    const failure = { code: 'permission-denied', message: `${path} is denied; sudo: a password is required`, at: path };
    await expect(shut.file(path)).rejects.toMatchObject({ failure: { ...failure, hint: expect.stringContaining('runbook sudoers') } });
    const half = (await readers(HALF, shell)).raising;
    await expect(half.file(path)).rejects.toMatchObject({ failure: { code: 'permission-denied', message: /not allowed to execute/ } });
  });
});

test('a directory is listed as root lists it', async () => {
  const dir = temporaryDirectory();
  mkdirSync(`${dir}/sub`);
  for (const name of ['a', '.b', 'c\nd', '-e']) writeFileSync(`${dir}/${name}`, '');
  symlinkSync('nowhere', `${dir}/link`);
  symlinkSync('sub', `${dir}/to-sub`);
  symlinkSync(dir, `${dir}/sub/up`);
  const { root, raising, ran } = await readers(FREE);
  for (const path of [dir, `${dir}/sub/up`, `${dir}/nowhere`, `${dir}/a`]) expect(await raising.list(path)).toEqual(await root.list(path));
  expect(ran()[0]).toEqual(raisedCommands({ kind: 'list', directory: dir }, (program) => program)[0]);
  await expect((await readers(SHUT)).raising.list(dir)).rejects.toMatchObject({ failure: { code: 'permission-denied' } });
});

describe('a program', () => {
  const argv = ['sh', '-c', 'echo "home $HOME"; [ "$KUBECACHEDIR" = /proc ] || exit 3'];

  test('is asked as root only where it was denied and its step says that it may be', async () => {
    const { raising, ran } = await readers(FREE);
    await raising.probe(['true']);
    await raising.probe(['true'], { raise: 'denied' });
    await raising.probe(['sh', '-c', 'echo Permission denied >&2; exit 1']);
    expect(ran()).toEqual([]);
    await raising.probe(['sh', '-c', 'echo Permission denied >&2; exit 1'], { raise: 'denied' });
    expect(ran()).toHaveLength(1);
  });

  test('has no home as root either, and its own path, whatever the login calls its PATH', async () => {
    const { raising, ran } = await readers(FREE);
    const { code, stdout } = await raising.probe(argv, { raise: 'now' });
    expect([code, Buffer.from(stdout).toString()]).toEqual([0, 'home /proc\n']);
    expect(ran()[0]?.slice(-3)).toEqual(['/usr/bin/sh', ...argv.slice(1)]);
  });

  test('that sudo refuses is what it was, and says why', async () => {
    const { raising } = await readers(SHUT);
    const probe = await raising.probe(argv, { raise: 'now' });
    expect(probe).toMatchObject({ code: 0, refused: 'sudo: a password is required' });
  });

  test('of a host without sudo is what it was', async () => {
    const { raising } = await readers(undefined, hostWithout([]));
    const missing = { code: 0, refused: 'the host has no sudo' };
    expect(await raising.probe(['true'], { raise: 'now' })).toMatchObject(missing);
    await expect(raising.file('/f')).rejects.toMatchObject({
      failure: { code: 'permission-denied', message: '/f is denied; the host has no sudo' },
    });
  });
});

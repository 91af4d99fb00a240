import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseProperties } from '../../src/remote/unit-query.ts';
import { defaultHost, localFleet, shells, temporaryDirectory, thisHost } from './local-fleet.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe.each(shells)('with $name as /bin/sh', (shell) => {
  test('a probe brings both streams and the status, byte for byte', async () => {
    const reader = await localFleet({ shell }).fleet.read(thisHost);
    const probe = await reader.probe(['sh', '-c', `printf 'a\\0b\\n'; printf 'err' >&2; exit 7`]);
    expect([text(probe.stdout), text(probe.stderr), probe.code, probe.truncated]).toEqual(['a\0b\n', 'err', 7, false]);
  });

  test('a probe past its limit on the host ends with 124', async () => {
    const reader = await localFleet({ shell }).fleet.read(thisHost);
    expect((await reader.probe(['sleep', '60'], { timeoutMs: 1_000 })).code).toBe(124);
  });

  test('a program that is not there ends with 127', async () => {
    const reader = await localFleet({ shell }).fleet.read(thisHost);
    expect((await reader.probe(['no-such-program'])).code).toBe(127);
  });

  test('endless output is cut to its beginning', async () => {
    const reader = await localFleet({ shell }).fleet.read(thisHost);
    const [endless, long] = await Promise.all([
      reader.probe(['yes'], { maxBytes: 1_000 }),
      reader.probe(['head', '-c', '3000000', '/dev/zero'], { maxBytes: 1_000 }),
    ]);
    expect([text(endless.stdout), endless.truncated]).toEqual(['y\n'.repeat(500), true]);
    expect([long.stdout.length, long.truncated, long.code]).toEqual([1_000, true, 0]);
  });

  test('facts are those of the host', async () => {
    const reader = await localFleet({ shell }).fleet.read(thisHost);
    const facts = await reader.facts();
    expect(facts).toMatchObject({
      hostname: execFileSync('uname', ['-n'], { encoding: 'utf8' }).trim(),
      kernel: execFileSync('uname', ['-r'], { encoding: 'utf8' }).trim(),
      boot_id: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
      uid: process.getuid?.(),
      systemd: existsSync('/run/systemd/system'),
    });
    expect(facts.os_id).toMatch(/^[a-z]+$/);
  });
});

test('reads of one turn are one exchange, and equal ones are asked once', async () => {
  const { fleet, transport } = localFleet();
  const reader = await fleet.read(thisHost);
  const dir = temporaryDirectory();
  const argv = ['sh', '-c', `echo x >>${dir}/count`];
  await Promise.all([
    reader.facts(),
    reader.facts(),
    reader.probe(argv),
    reader.probe(argv),
    Promise.resolve().then(() => reader.list('/')),
  ]);
  expect(transport.requests).toHaveLength(1);
  expect(readFileSync(`${dir}/count`, 'utf8')).toBe('x\n');
});

test('facts are asked once a connection', async () => {
  const { fleet, transport } = localFleet();
  const reader = await fleet.read(thisHost);
  const first = await reader.facts();
  expect(await (await fleet.read(thisHost)).facts()).toBe(first);
  expect(transport.requests).toHaveLength(1);
});

test('two who ask for a host at once share its connection, and close ends it', async () => {
  const { fleet, transport } = localFleet();
  const [first, second] = await Promise.all([fleet.read(thisHost), fleet.read(thisHost), fleet.write(thisHost)]);
  expect(first).toBe(second);
  expect(transport.connections).toHaveLength(1);
  await fleet.close(thisHost);
  expect(transport.connections[0]?.closed).toBe(true);
  await fleet.read(thisHost);
  expect(transport.connections).toHaveLength(2);
});

test('a dead connection is lost for who holds it and fresh for who asks again', async () => {
  const { fleet, transport } = localFleet();
  const reader = await fleet.read(thisHost);
  await transport.connections[0]?.close();
  await expect(reader.facts()).rejects.toMatchObject({ failure: { code: 'lost' } });
  await expect((await fleet.read(thisHost)).facts()).resolves.toMatchObject({ uid: process.getuid?.() });
});

test('an answer that breaks off is lost', async () => {
  const { fleet } = localFleet({ login: { cutAfter: 500 } });
  await expect((await fleet.read(thisHost)).facts()).rejects.toMatchObject({ failure: { code: 'lost' } });
});

test('one bad read does not spoil the others of its exchange', async () => {
  const { fleet } = localFleet();
  const reader = await fleet.read(thisHost);
  const [bad, good] = await Promise.allSettled([reader.file('/dev/null'), reader.list('/proc/self/fd')]);
  expect([bad.status, good.status]).toEqual(['rejected', 'fulfilled']);
});

test('a read leaves no trace, and a program that would keep a cache cannot', async () => {
  const dir = temporaryDirectory();
  writeFileSync(`${dir}/f`, 'x');
  const { fleet } = localFleet({ login: { env: { HOME: dir, TMPDIR: dir, PATH: '/usr/bin' } } });
  const reader = await fleet.read(thisHost);
  const before = listing(dir);
  const [probe] = await Promise.all([
    reader.probe(['sh', '-c', 'mkdir "$HOME/.kube" "$XDG_CACHE_HOME/x" "$KUBECACHEDIR/x"']),
    reader.facts(),
    reader.file(`${dir}/f`),
    reader.list(dir),
  ]);
  expect(probe.code).not.toBe(0);
  expect(listing(dir)).toEqual(before);
});

function listing(dir: string): string {
  return `${readdirSync(dir).join()} ${execFileSync('find', [dir, '-printf', '%p %i %m %T@ %C@\n'], { encoding: 'utf8' })}`;
}

test('a unit is asked with its name as a name', async () => {
  const bin = temporaryDirectory();
  for (const name of ['head', 'date', 'timeout']) symlinkSync(`/usr/bin/${name}`, `${bin}/${name}`);
  writeFileSync(
    `${bin}/systemctl`,
    `#!/bin/sh\nfor w in "$@"; do printf '%s|' "$w"; done >&2\necho Id=x.service\necho 'Environment=A=1 B=2'\n`,
  );
  chmodSync(`${bin}/systemctl`, 0o755);
  const reader = await localFleet({ shell: { ...defaultHost, path: bin } }).fleet.read(thisHost);
  expect(await reader.unit(`-x'$(id)`)).toEqual({ Id: 'x.service', Environment: 'A=1 B=2' });
});

test('the files that systemd names for a unit come with it, for who asks at once', async () => {
  const bin = temporaryDirectory();
  const unit = `${bin}/x.service`;
  writeFileSync(unit, '[Service]\n');
  const shown = `FragmentPath=${unit}\nDropInPaths=${bin}/none.conf $(id) ../odd\nEnvironmentFiles=${bin}/env (ignore_errors=yes)\n`;
  writeFileSync(`${bin}/systemctl`, `#!/bin/sh\ncat <<'END'\n${shown}END\n`, { mode: 0o755 });
  const { fleet, transport } = localFleet({ shell: { ...defaultHost, path: `${bin}:${defaultHost.path}` } });
  const reader = await fleet.read(thisHost);
  const paths = ['x.service', 'none.conf', 'env'].map((name) => `${bin}/${name}`);
  const read = () => Promise.all(paths.map((path) => reader.file(path)));
  const files = await reader.unit('x.service').then(read);
  expect(files.map(({ kind }) => kind)).toEqual(['file', 'absent', 'absent']);
  expect(transport.requests.length).toBe(1);
  // In the next turn of the event loop it may be another file.
  await new Promise((resolve) => setImmediate(resolve));
  writeFileSync(unit, '[Service]\nType=simple\n');
  const [later] = await read();
  expect(later?.kind === 'file' && text(later.content.bytes)).toBe('[Service]\nType=simple\n');
  expect(transport.requests.length).toBe(2);
});

test.each([
  ['no systemctl', ''],
  ['no systemd', `#!/bin/sh\necho "System has not been booted with systemd as init system (PID 1). Can't operate." >&2\nexit 1\n`],
])('a host with %s says so', async (_name, systemctl) => {
  const bin = `${temporaryDirectory()}/bin`;
  mkdirSync(bin);
  for (const name of ['head', 'date', 'timeout']) symlinkSync(`/usr/bin/${name}`, `${bin}/${name}`);
  if (systemctl !== '') writeFileSync(`${bin}/systemctl`, systemctl, { mode: 0o755 });
  const reader = await localFleet({ shell: { ...defaultHost, path: bin } }).fleet.read(thisHost);
  await expect(reader.unit('kubelet.service')).rejects.toMatchObject({ failure: { code: 'no-systemd' } });
});

test('a property that comes again is joined by newlines', () => {
  const shown =
    'Id=a.service\nEnvironmentFiles=/a (ignore_errors=yes)\nEnvironmentFiles=/b (ignore_errors=no)\nDescription=two\nlines\nFragmentPath=';
  expect(parseProperties(shown)).toEqual({
    Id: 'a.service',
    EnvironmentFiles: '/a (ignore_errors=yes)\n/b (ignore_errors=no)',
    Description: 'two\nlines',
    FragmentPath: '',
  });
});

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';

const STUB = fileURLToPath(new URL('../../src/lab/host/kubelet', import.meta.url));
const TABLE = fileURLToPath(new URL('../../src/lab/host/kubelet-flags', import.meta.url));
const CAPTURED_HELP = fileURLToPath(new URL('../../../shared/captures/kubelet-1.20/kubelet-help.txt', import.meta.url));
const SHELLS = [['dash'], ['bash', '--posix'], ['busybox', 'ash']].filter(
  ([shell = '']) => spawnSync(shell, ['-c', ':']).error === undefined,
);

/** Arguments, exit status, and what is said: on stdout where the status is 0, else the text of the fatal line. */
const CASES: readonly (readonly [string, number, string])[] = [
  ['--version', 0, 'Kubernetes v1.20.2'],
  ['--version --node-ip 1.2.3.4', 0, 'Kubernetes v1.20.2'],
  ['--version --node-ip=1.2.3.4', 0, 'Kubernetes v1.20.2'],
  ['--version --max_pods=110', 0, 'Kubernetes v1.20.2'],
  ['--version -v 4', 0, 'Kubernetes v1.20.2'],
  ['--version -v4 --anonymous-auth', 0, 'Kubernetes v1.20.2'],
  ['--version --fail-swap-on=false', 0, 'Kubernetes v1.20.2'],
  ['--version --cloud-provider-gce-lb-src-cidrs 1.2.3.0/24', 0, 'Kubernetes v1.20.2'],
  ['--version=raw', 0, 'version.Info{Major:"1", Minor:"20", GitVersion:"v1.20.2"}'],
  ['--version --improve-speed', 255, 'unknown flag: --improve-speed'],
  ['--version --improve-speed=1 --turbo', 255, 'unknown flag: --improve-speed'],
  ['--version --improve_speed', 255, 'unknown flag: --improve_speed'],
  ['--version --max', 255, 'unknown flag: --max'],
  ['--version --node-ip', 255, 'flag needs an argument: --node-ip'],
  ['--version -v', 255, "flag needs an argument: 'v' in -v"],
  ['--version -x', 255, "unknown shorthand flag: 'x' in -x"],
  ['--version ---x', 255, 'bad flag syntax: ---x'],
  ['--version extra', 255, 'unknown command: extra'],
  ['--version --anonymous-auth maybe', 255, 'unknown command: maybe'],
  ['--version -- --improve-speed', 255, 'unknown command: --improve-speed'],
  ['--version --max-pods abc', 255, 'invalid argument "abc" for "--max-pods" flag: strconv.ParseInt: parsing "abc": invalid syntax'],
  ['--version --max-pods=2147483647', 0, 'Kubernetes v1.20.2'],
  [
    '--version --max-pods=2147483648',
    255,
    'invalid argument "2147483648" for "--max-pods" flag: strconv.ParseInt: parsing "2147483648": value out of range',
  ],
  [
    '--version --log-file-max-size=-1',
    255,
    'invalid argument "-1" for "--log-file-max-size" flag: strconv.ParseUint: parsing "-1": invalid syntax',
  ],
  [
    '--version --anonymous-auth=maybe',
    255,
    'invalid argument "maybe" for "--anonymous-auth" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
  ],
  ['--version -v=x', 255, 'invalid argument "x" for "-v, --v" flag: strconv.ParseInt: parsing "x": invalid syntax'],
  ['--version --sync-frequency 1m30.5s', 0, 'Kubernetes v1.20.2'],
  ['--version --sync-frequency 10', 255, 'invalid argument "10" for "--sync-frequency" flag: time: missing unit in duration "10"'],
  ['--version --sync-frequency 10x', 255, 'invalid argument "10x" for "--sync-frequency" flag: time: unknown unit "x" in duration "10x"'],
  ['--version --sync-frequency soon', 255, 'invalid argument "soon" for "--sync-frequency" flag: time: invalid duration "soon"'],
  ['--version --address 1.2.3.400', 255, 'invalid argument "1.2.3.400" for "--address" flag: failed to parse IP: "1.2.3.400"'],
  ['--version --address ::1', 0, 'Kubernetes v1.20.2'],
  ['--version --node-labels a', 255, 'invalid argument "a" for "--node-labels" flag: malformed pair, expect string=string'],
  ['--version --feature-gates A=true,B', 255, 'invalid argument "A=true,B" for "--feature-gates" flag: missing bool value for B'],
];

describe.each(SHELLS)('under %s %s', (...shell) => {
  const [program = '', ...words] = shell.filter((word) => word !== undefined);

  test.each(CASES)('kubelet %s ends with %i: %s', (line, code, says) => {
    const ran = spawnSync(program, [...words, STUB, ...line.split(' ')], { encoding: 'utf8' });
    const fatal = ran.stderr.split('\n').find((each) => /^F\d{4} /.test(each)) ?? '';
    const said = ran.status === 0 ? ran.stdout.trim() : fatal.replace(/^F\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ server\.go:\d+\] /, '');
    expect({ code: ran.status, said }).toEqual({ code, said: says });
  });

  test('a quote in a value is shown as Go shows it', () => {
    const ran = spawnSync(program, [...words, STUB, '--version', '--max-pods', 'a"b\\'], { encoding: 'utf8' });
    expect(ran.stderr).toContain(
      'invalid argument "a\\"b\\\\" for "--max-pods" flag: strconv.ParseInt: parsing "a\\"b\\\\": invalid syntax',
    );
  });

  test('an unknown flag is answered with the list of flags, without the hidden ones', () => {
    const { stderr } = spawnSync(program, [...words, STUB, '--nope'], { encoding: 'utf8' });
    expect(stderr).toMatch(/^Usage:\n {2}kubelet \[flags\]\n/);
    expect(stderr).toMatch(/^ {6}--max-pods int32 /m);
    expect(stderr).not.toContain('cloud-provider-gce');
  });

  test('it answers /healthz, and ends at once and well when it is told to', async () => {
    const port = await freePort();
    const kubelet = spawn(program, [...words, STUB, `--healthz-port=${port}`], { stdio: 'ignore' });
    const code = new Promise((resolve) => kubelet.on('exit', resolve));
    await vi.waitFor(async () => expect(await (await fetch(`http://127.0.0.1:${port}/healthz`)).text()).toBe('ok'), { timeout: 10_000 });
    expect((await fetch(`http://127.0.0.1:${port}/pods`)).status).toBe(404);
    kubelet.kill('SIGTERM');
    expect(await code).toBe(0);
    await vi.waitFor(() => expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow(), { timeout: 10_000 });
  });

  test('it ends with a failure when it cannot answer /healthz', async () => {
    const taken = createServer();
    const port = await new Promise<number>((resolve) => taken.listen(0, '127.0.0.1', () => resolve(portOf(taken))));
    const kubelet = spawnSync(program, [...words, STUB, `--healthz-port=${port}`], { encoding: 'utf8', timeout: 10_000 });
    taken.close();
    expect(kubelet.status).toBe(1);
    expect(kubelet.stderr).toContain('failed to start healthz server: listen tcp');
  });
});

test.skipIf(!existsSync(CAPTURED_HELP))('the table has every flag and type that the captured help of kubelet 1.20 lists', () => {
  const listed = readFileSync(CAPTURED_HELP, 'utf8').matchAll(/^ {2}(?: {4}|-[a-z], )--([a-z0-9-]+)(?: ([^ ]+))?(?: {2,}|$)/gm);
  const wanted = [...listed].map(([, name = '', type]) => `${name} ${(type ?? 'bool').replace('[=true]', '')}`);
  const rows = readFileSync(TABLE, 'utf8').split('\n');
  const table = rows.filter((row) => row !== '' && !row.startsWith('#')).map((row) => row.split(' '));
  expect(table.filter(([, , marks]) => marks !== 'h').map(([name, type]) => `${name} ${type}`)).toEqual(wanted);
  expect(wanted.length).toBeGreaterThan(180);
});

function portOf(server: ReturnType<typeof createServer>): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const port = portOf(server);
      server.close(() => resolve(port));
    });
  });
}

import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createWorkerTransport, type WorkerTransport } from '../../src/transport/worker-transport.ts';
import { gate, request, secretsFrom, text } from '../transport/requests.ts';
import { refusalOf } from './failure.ts';
import { type Sshd, startSshd, whyNoSshd } from './sshd.ts';
import { untilGone, workersOf } from './worker-processes.ts';

const missing = whyNoSshd();

/** A transport that is closed when the test ends. */
function workers(table: Readonly<Record<string, string>> = {}): WorkerTransport & { readonly asked: string[] } {
  const secrets = secretsFrom(table);
  const transport = createWorkerTransport({ secrets });
  onTestFinished(() => transport.close());
  return { ...transport, asked: secrets.asked };
}

describe.skipIf(missing !== undefined)(`worker processes and a real sshd${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let sshd: Sshd;

  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd.stop());

  it('give back output, errors and the exit code', async () => {
    const connection = await workers().connect(sshd.target());
    const result = await connection.exec(request('echo out; echo err >&2; exit 3'));
    expect(result).toMatchObject({ kind: 'exited', code: 3 });
    expect([text(result.stdout), text(result.stderr)]).toEqual(['out\n', 'err\n']);
    await connection.close();
    expect(connection.closed).toBe(true);
    expect(await connection.exec(request('true'))).toMatchObject({ kind: 'lost' });
  });

  it('carry 5 MB of input and binary output unchanged', async () => {
    const connection = await workers().connect(sshd.target());
    const bytes = randomBytes(5 * 1024 * 1024);
    const { stdout } = await connection.exec(request('cat', { preamble: bytes }));
    expect(createHash('sha256').update(stdout).digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('are started by the first connection, few for many hosts, and are gone with the transport', async () => {
    const transport = workers();
    expect(workersOf(process.pid)).toEqual([]);
    const hosts = Array.from({ length: 20 }, (_, n) => sshd.target({ host: `web${n}` }));
    const results = await Promise.all(hosts.map(async (target) => (await transport.connect(target)).exec(request(`echo ${target.host}`))));
    expect(results.map(({ stdout }) => text(stdout).trim())).toEqual(hosts.map(({ host }) => host));
    const pids = workersOf(process.pid);
    expect([2, 3, 4]).toContain(pids.length);
    await transport.close();
    expect(workersOf(process.pid)).toEqual([]);
    expect((await refusalOf(transport.connect(sshd.target()))).message).toContain('the run is over');
  });

  it('tell of failures to connect in the same words', async () => {
    const failure = await refusalOf(workers().connect(sshd.target({ identityFiles: [sshd.newKey('id_stranger', { allowed: false })] })));
    expect(failure).toMatchObject({ code: 'auth', message: expect.stringContaining('web1') });
  });

  it('notice an idle connection that breaks', async () => {
    const connection = await workers().connect(sshd.target());
    const pid = text((await connection.exec(request('echo $PPID'))).stdout).trim();
    execFileSync('kill', ['-KILL', pid]);
    await vi.waitUntil(() => connection.closed, { timeout: 20_000 });
  });

  it('get the secret of a gate from this process, when it is wanted', async () => {
    const transport = workers({ word: 'sesame' });
    const connection = await transport.connect(sshd.target());
    expect(transport.asked).toEqual([]);
    const gates = [gate('pw?', '', { send: { secret: 'word' } })];
    expect(text((await connection.exec(request('printf "pw?"; read word; echo "got $word"', { gates }))).stdout)).toBe('pw?got sesame\n');
    expect(transport.asked).toEqual(['word']);
  });

  it('give up a command for which there is no secret', async () => {
    const connection = await workers().connect(sshd.target());
    const gates = [gate('pw?', '', { send: { secret: 'word' } })];
    expect(await connection.exec(request('printf "pw?"; read word', { gates }))).toMatchObject({ kind: 'refused' });
  });

  it('do not count the time in which a person is asked', async () => {
    const path = sshd.newKey('id_locked', { passphrase: 'open up' });
    const answers: (() => void)[] = [];
    const secrets = { get: () => new Promise<string>((resolve) => answers.push(() => resolve('open up'))) };
    const transport = createWorkerTransport({ secrets });
    onTestFinished(() => transport.close());
    const connecting = transport.connect(sshd.target({ identityFiles: [path], connectTimeoutMs: 2_000 }));
    await vi.waitUntil(() => answers.length > 0, { timeout: 20_000 });
    // Longer than the limit: what must not be counted.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    for (const answer of answers) answer();
    await (await connecting).close();
  });

  it('may be busy for long with a key whose passphrase has many rounds', async () => {
    const path = sshd.newKey('id_hard', { passphrase: 'open up', rounds: 200 });
    const target = sshd.target({ identityFiles: [path], connectTimeoutMs: 50_000 });
    await (await workers({ [`key:${path}`]: 'open up' }).connect(target)).close();
  });

  it('show a secret neither in their arguments nor in their environment', async () => {
    const transport = workers({ word: 'sesame-of-this-test' });
    const connection = await transport.connect(sshd.target());
    const gates = [gate('pw?', '', { send: { secret: 'word' } })];
    await connection.exec(request('printf "pw?"; read word', { gates }));
    for (const pid of workersOf(process.pid)) {
      expect(readFileSync(`/proc/${pid}/cmdline`, 'latin1')).not.toContain('sesame');
      expect(readFileSync(`/proc/${pid}/environ`, 'latin1')).not.toContain('sesame');
    }
  });

  it('leave a command in doubt when one is killed, and connect anew in another', async () => {
    const transport = workers();
    const connection = await transport.connect(sshd.target());
    await connection.exec(request('true'));
    const [pid = 0] = workersOf(process.pid);
    const running = connection.exec(request('exec sleep 60', { timeoutMs: 90_000 }));
    process.kill(pid, 'SIGKILL');
    expect(await running).toMatchObject({ kind: 'lost', blind: true, why: 'its worker process was ended by SIGKILL' });
    expect(connection.closed).toBe(true);
    const next = await transport.connect(sshd.target());
    expect(text((await next.exec(request('echo again'))).stdout)).toBe('again\n');
    await next.close();
    await untilGone([pid]);
  });

  it('give a host one of its own after it was in one that was killed, and refuse it when that is killed, too', async () => {
    const transport = workers();
    const hosts = ['web1', 'web2'].map((host) => sshd.target({ host }));
    await Promise.all(hosts.map((target) => transport.connect(target)));
    const [first = 0] = workersOf(process.pid);
    process.kill(first, 'SIGKILL');
    await untilGone([first]);
    const [one, two] = await Promise.all(hosts.map((target) => transport.connect(target)));
    const [second = 0, third = 0, ...more] = workersOf(process.pid);
    expect(more).toEqual([]);
    process.kill(second, 'SIGKILL');
    await untilGone([second]);
    await vi.waitUntil(() => one?.closed === true || two?.closed === true);
    const [bad, good] = one?.closed ? (['web1', 'web2'] as const) : (['web2', 'web1'] as const);
    expect(await refusalOf(transport.connect(sshd.target({ host: bad })))).toMatchObject({
      code: 'unreachable',
      message: `${bad} stalls the SSH client: its worker process was ended by SIGKILL`,
    });
    const other = good === 'web1' ? one : two;
    expect(text((await (other ?? (await transport.connect(sshd.target({ host: good })))).exec(request('echo well'))).stdout)).toBe(
      'well\n',
    );
    expect(workersOf(process.pid)).toEqual([third]);
  });

  it('let a host back among others once it was well alone', async () => {
    const transport = workers();
    await transport.connect(sshd.target());
    const [first = 0] = workersOf(process.pid);
    process.kill(first, 'SIGKILL');
    await untilGone([first]);
    const alone = await transport.connect(sshd.target());
    await alone.exec(request('true'));
    const [quarantine = 0] = workersOf(process.pid);
    await alone.close();
    await untilGone([quarantine]);
    await Promise.all([transport.connect(sshd.target()), transport.connect(sshd.target({ host: 'web2' }))]);
    expect(workersOf(process.pid)).toHaveLength(1);
  });

  it('are never more than a few, however many hosts are to be alone and stay connected', async () => {
    const transport = workers();
    const hosts = Array.from({ length: 8 }, (_, n) => sshd.target({ host: `web${n}` }));
    await Promise.all(hosts.map((target) => transport.connect(target)));
    for (const pid of workersOf(process.pid)) process.kill(pid, 'SIGKILL');
    await untilGone(workersOf(process.pid));
    let most = 0;
    const counting = setInterval(() => {
      most = Math.max(most, workersOf(process.pid).length);
    }, 10);
    onTestFinished(() => clearInterval(counting));
    const connections = await Promise.all(
      hosts.map(async (target) => {
        const connection = await transport.connect(target);
        await connection.exec(request('true'));
        return connection;
      }),
    );
    // Those that made room for others log in again, and nobody notices.
    const results = await Promise.all(connections.map((connection, n) => connection.exec(request(`echo ${n}`))));
    expect(results.map(({ stdout }) => text(stdout).trim())).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
    expect(connections.some(({ closed }) => closed)).toBe(false);
    expect(most).toBeLessThanOrEqual(8);
  });
});

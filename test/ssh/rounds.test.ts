import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createSsh2Transport } from '../../src/transport/ssh2-transport.ts';
import { bookOf } from '../faults/bench.ts';
import { loopbackInventory } from '../faults/loopback.ts';
import { outcomesOf, runbook } from '../lab/command-line.ts';
import { request, secretsFrom, text } from '../transport/requests.ts';
import { type CountingProxy, startCountingProxy } from './counting-proxy.ts';
import { type Sshd, startSshd, whyNoSshd } from './sshd.ts';
import { through } from './through.ts';

const missing = whyNoSshd();

/** Each way: longer than what this machine takes between two packets of one flight. */
const DELAY_MS = 120;

/** Two stages of reads, a change to a file, and one look whether it holds. */
const BOOK = bookOf(
  'level',
  `
inputs: { path: { type: string } }
diagnose:
  - { id: file, uses: file.read, with: { path: '\${{ inputs.path }}' } }
  - { id: seen, uses: command.probe, with: { argv: [cat, '\${{ inputs.path }}'], read_only: true } }
  - { id: words, uses: command.probe, with: { argv: [printf, '%s', '\${{ steps.seen.stdout }}'], read_only: true } }
affected: \${{ steps.words.stdout.contains("old") }}
remediate:
  - { uses: file.line, with: { path: '\${{ inputs.path }}', line: level = new, match: ^level } }
verify:
  - { uses: file.read, with: { path: '\${{ inputs.path }}', expect: { contains: new } } }
  - { uses: command.probe, with: { argv: ['true'], read_only: true, expect: { code: 0 } } }
`,
);

describe.skipIf(missing !== undefined)(`round trips to a real sshd${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let sshd: Sshd;
  const work = mkdtempSync(join(tmpdir(), 'runbook-rounds-'));

  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(async () => {
    await sshd.stop();
    rmSync(work, { recursive: true, force: true });
  });

  async function proxyTo(to: Sshd): Promise<CountingProxy> {
    const proxy = await startCountingProxy(to.port, { delayMs: DELAY_MS });
    onTestFinished(() => proxy.close());
    return proxy;
  }
  /**
   * Expects so many rounds, once in a few attempts: on a busy machine a flight may leave in two pieces so far apart that it counts twice. It never
   * counts for less than it is.
   */
  async function expectRounds(attempt: () => Promise<readonly number[]>, expected: readonly number[]): Promise<void> {
    let rounds = await attempt();
    for (let more = 4; more > 0 && rounds.join() !== expected.join(); more -= 1) rounds = await attempt();
    expect(rounds).toEqual(expected);
  }
  const roundsOf = (proxy: CountingProxy) => proxy.connections().map(({ rounds }) => rounds);

  /** Runs a command on a host behind a proxy of its own; the rounds of each connection. */
  async function run(verb: 'plan' | 'apply', outcome: string): Promise<readonly number[]> {
    const proxy = await proxyTo(sshd);
    const inventory = loopbackInventory(sshd.directory, { web1: through(sshd, proxy) });
    const [book, path] = [join(work, 'level.yaml'), join(work, 'level.conf')];
    writeFileSync(book, BOOK);
    writeFileSync(path, 'level = old\n');
    const yes = verb === 'apply' ? ['-y'] : [];
    const words = [verb, book, '-i', inventory, '-e', `path=${path}`, '--state-dir', join(work, 'state'), '--json', ...yes];
    const finished = await runbook(words);
    expect(finished.err).toBe('');
    expect(readFileSync(path, 'utf8')).toBe(`level = ${verb === 'apply' ? 'new' : 'old'}\n`);
    expect(outcomesOf(finished)).toEqual({ web1: outcome });
    return roundsOf(proxy);
  }

  /** Logs in with keys to a host behind a proxy, and runs a command that may begin along with the login; the rounds of each connection until then. */
  async function logIn(to: Sshd, keys: readonly string[]): Promise<readonly number[]> {
    const proxy = await proxyTo(to);
    const first = request('echo here');
    const connection = await createSsh2Transport({ secrets: secretsFrom({}) }).connect(through(to, proxy, { identityFiles: keys }), first);
    expect(text((await connection.exec(first)).stdout)).toBe('here\n');
    const rounds = roundsOf(proxy);
    expect(text((await connection.exec(request('echo again'))).stdout)).toBe('again\n');
    await connection.close();
    return rounds;
  }

  for (const kind of ['ed25519', 'ecdsa', 'rsa'] as const) {
    it(`a login and its first command take four with an ${kind} key`, async () => {
      const key = sshd.newKey(`short_${kind}`, { kind });
      await expectRounds(() => logIn(sshd, [key]), [4]);
    });
  }

  it('a key that the host does not take costs one, and the ordinary way from there, on the same connection', async () => {
    const keys = [sshd.newKey('unknown', { allowed: false }), sshd.newKey('known')];
    await expectRounds(() => logIn(sshd, keys), [8]);
  });

  it('a host that wants a second key after the first gets it on the same connection', async () => {
    const strict = await startSshd({ config: ['AuthenticationMethods publickey,publickey'] });
    onTestFinished(() => strict.stop());
    const keys = [strict.newKey('one'), strict.newKey('two')];
    await expectRounds(() => logIn(strict, keys), [8]);
  });

  it('a plan with two stages of reads takes six, the login and its host key check included', async () => {
    await expectRounds(() => run('plan', 'would-fix'), [6]);
  });

  it('an apply takes one more for all changes, and six for verify and confirm over a new connection', async () => {
    await expectRounds(() => run('apply', 'fixed'), [7, 6]);
  });
});

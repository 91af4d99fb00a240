import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { runbook, start } from '../lab/command-line.ts';
import { scratch } from '../lab-embedded/practice.ts';
import { noPractice, onPractice, PracticeFleet } from './practice-fleet.ts';

const SHIPPED = readFileSync(fileURLToPath(new URL('../../runbooks/kubelet-bad-flag.yaml', import.meta.url)), 'utf8');
const FIRST = 'lab-2';
const SECOND = 'lab-4';

/** The shipped runbook with another rollout, and a gate. */
function withRollout(rollout: string, gate = ''): string {
  const path = join(scratch(), 'kubelet-bad-flag.yaml');
  writeFileSync(path, `${SHIPPED.slice(0, SHIPPED.indexOf('\nrollout:'))}\n${gate}rollout: ${rollout}\n`);
  return path;
}

/** A server on this machine that answers what it is told, and tells when it was asked. */
async function monitor(): Promise<{ readonly url: string; answer: number; asked: number }> {
  const state = { url: '', answer: 200, asked: 0 };
  const server = createServer((_, response) => {
    state.asked += 1;
    response.writeHead(state.answer).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`;
  return state;
}

describe.skipIf(noPractice !== undefined)(onPractice('a rollout'), async () => {
  const fleet = noPractice === undefined ? await PracticeFleet.up() : ({} as PracticeFleet);
  const eventTypes = async () => (await fleet.journal()).map(({ type }) => type);
  const hostsBegun = async () => (await fleet.journal()).flatMap((event) => (event.type === 'host.started' ? [event.host] : []));
  const apply = (path: string, ...more: readonly string[]) => [
    ...['apply', path, ...fleet.hosts(), '-l', `${FIRST},${SECOND}`, '-e', 'stable_for=1s', '-y'],
    ...more,
  ];
  beforeEach(async () => {
    fleet.forget();
    fleet.forgetRecords([FIRST, SECOND]);
    await fleet.break([FIRST, SECOND]);
  });

  test('whose gate does not pass ends, and the wave is taken back as the runbook says', async () => {
    const seen = await monitor();
    const gate = `gate:\n  - uses: http.check\n    with: { url: '${seen.url}', expect: { status: 200 } }\n`;
    const path = withRollout('{ waves: [1], on_breach: rollback-wave, verify_timeout: 5s }', gate);
    const [before, other] = [fleet.flags(FIRST), fleet.flags(SECOND)];
    seen.answer = 503;
    const { code, out, err } = await runbook(apply(path));
    expect(code).toBe(3);
    expect(err).toContain(`answers 200: expected, but it answered 503`);
    expect(err).toContain('stopping: the gate after wave 1 does not pass; 1 host not begun; taking back 1 host');
    expect(err + out).toMatch(/rolled back: lab-2/);
    expect(fleet.flags(FIRST)).toEqual(before);
    expect(fleet.flags(SECOND)).toEqual(other);
    expect(seen.asked).toBeGreaterThan(1);
    expect((await fleet.listed()).map(({ kind, state }) => `${kind} ${state}`)).toEqual(
      expect.arrayContaining([expect.stringContaining('rollback'), expect.stringContaining('apply')]),
    );
  });

  test('whose gate cannot be asked is paused until somebody continues it', async () => {
    const gate = "gate:\n  - uses: prometheus.query\n    with: { url: 'http://127.0.0.1:1', query: up, expect: { at_least: 1 } }\n";
    const { finished } = start(apply(withRollout('{ waves: [1], verify_timeout: 3s }', gate)));
    while (!(await eventTypes()).includes('rollout.paused')) await delay(50);
    expect(await hostsBegun()).toEqual([FIRST]);
    expect(await runbook(['continue', 'last', ...fleet.state()])).toMatchObject({ code: 0 });
    const { code, err } = await finished;
    // The gate after the last wave cannot be asked either, so nobody knows whether the run went well.
    expect(code).toBe(4);
    expect(err).toContain('paused by the gate after wave 1, which could not be asked');
    expect(await hostsBegun()).toEqual([FIRST, SECOND]);
  });

  test('goes zone by zone, and hosts without a zone are an error where zones count', async () => {
    const zones = join(scratch(), 'zones.ini');
    writeFileSync(zones, `${FIRST} runbook_zone=b\n${SECOND} runbook_zone=a\n`);
    const path = withRollout('{ waves: [100%] }');
    const done = await runbook(apply(path, '-i', zones));
    expect(done).toMatchObject({ code: 0 });
    expect(done.err).toMatch(/wave 1 of 2 in zone b: lab-2[\s\S]*wave 2 of 2 in zone a: lab-4/);

    writeFileSync(zones, `${FIRST} runbook_zone=b\n`);
    const refused = await runbook(apply(path, '-i', zones));
    expect(refused).toMatchObject({
      code: 1,
      err: expect.stringContaining(`1 host with no zone, which would be the variable runbook_zone: ${SECOND}`),
    });
  });

  test('is refused in a freeze, but for a reason that is kept; plan and rollback are not', async () => {
    const config = scratch();
    mkdirSync(join(config, 'runbook'));
    writeFileSync(join(config, 'runbook/policy.yaml'), 'freeze: [{ from: 2000-01-01, to: 2999-12-31, reason: for ever }]\n');
    const env = { XDG_CONFIG_HOME: config };
    const options = ['-l', FIRST, '-y'];
    const refused = await runbook(fleet.run('apply', ...options), { env });
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('changes are frozen until the end of 2999-12-31 (for ever)') });
    expect(await runbook(fleet.run('plan', '-l', FIRST), { env })).toMatchObject({ code: 0 });

    const forced = await runbook(fleet.run('apply', ...options, '--override-window', 'INC-7'), { env });
    expect(forced).toMatchObject({ code: 0, err: expect.stringContaining('INC-7') });
    const [started] = await fleet.journal();
    expect(started).toMatchObject({ type: 'run.started', overrides: expect.stringMatching(/^changes are frozen .*: INC-7$/) });
    expect(await runbook(['rollback', 'last', ...fleet.hosts(), '-y'], { env })).toMatchObject({ code: 0 });
  });

  test('over the whole inventory wants it to be said in the command', async () => {
    const refused = await runbook(fleet.run('apply', '--hosts', 'all', '-y'));
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('the target is the whole inventory') });
    expect(refused.err).toMatch(/--hosts all --max-hosts \d+; or narrow with -l/);
    expect(await runbook(fleet.run('plan', '--hosts', 'all'))).toMatchObject({
      code: expect.any(Number),
      err: expect.not.stringContaining('whole inventory'),
    });
  });
});

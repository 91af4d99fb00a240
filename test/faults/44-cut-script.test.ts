import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Fleet } from '../../src/domain/access.ts';
import { ok } from '../../src/domain/failure.ts';
import type { Target } from '../../src/domain/transport.ts';
import { createFleet } from '../../src/remote/fleet.ts';
import { posixHost } from '../../src/remote/host-shell.ts';
import { createSsh2Transport } from '../../src/transport/ssh2-transport.ts';
import { hostNamed } from '../lab/reach.ts';
import { startProxy } from '../ssh/proxy.ts';
import { type Sshd, startSshd, whyNoSshd } from '../ssh/sshd.ts';
import { through } from '../ssh/through.ts';
import { edited, transactionOf } from '../systemd/transactions.ts';
import { secretsFrom } from '../transport/requests.ts';

const missing = whyNoSshd();

/** A script of some 30 KB in packets of the network's choosing: cut every so many bytes, and at each of the last ones. */
const EVERY = 1_024;
const LAST = 96;
const STEP_AT_THE_END = 4;

/** A file of a process; empty where it has ended. */
function procText(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

describe.skipIf(missing)(`a script that is cut off on its way${missing ? ` (${missing})` : ''}`, () => {
  let sshd: Sshd;
  let dir: string;
  let record: string;
  /** In the environment of all that this sshd starts, so that the end of it can be waited for. */
  const mark = `RUNBOOK_TEST_MARK=${randomBytes(8).toString('hex')}`;
  const transport = createSsh2Transport({ secrets: secretsFrom({}) });

  beforeAll(async () => {
    sshd = await startSshd({ config: [`SetEnv ${mark}`] });
    dir = mkdtempSync('/var/tmp/runbook-cut-');
    record = mkdtempSync('/var/tmp/runbook-cut-record-');
    for (const name of ['f', 'g']) writeFileSync(`${dir}/${name}`, 'old');
  });
  afterAll(async () => {
    await sshd?.stop();
    for (const made of [dir, record]) if (made) rmSync(made, { recursive: true, force: true });
  });

  function fleetOf(target: Target): Fleet {
    const shell = { ...posixHost, state: `${record}/record`, units: `${record}/units` };
    return createFleet({ transport, targetOf: () => ok(target), nonce: () => randomBytes(16).toString('hex'), shell });
  }

  /** Returns once nothing runs any more that came over this sshd, but for an undo that waits for its time, as it is to. */
  function settled(): void {
    while (readdirSync('/proc').some((pid) => /^\d+$/.test(pid) && isMarked(pid) && !isWaitingUndo(pid)));
  }

  const isMarked = (pid: string) => procText(pid, 'environ').split('\0').includes(mark);

  function isWaitingUndo(pid: string): boolean {
    const parent = /^PPid:\s*(\d+)$/m.exec(procText(pid, 'status'))?.[1] ?? '';
    return [pid, parent].some((one) => procText(one, 'cmdline').includes('/undo.sh\0wait\0'));
  }

  const contents = () =>
    readdirSync(dir)
      .sort()
      .map((name) => `${name}=${readFileSync(`${dir}/${name}`, 'utf8')}`);

  it('fault 44: has run not at all, or as a whole, wherever it was cut', async () => {
    const host = hostNamed('web1');
    const direct = fleetOf(sshd.target());
    const changes = await Promise.all(['f', 'g'].map((name) => edited(direct, 'web1', `${dir}/${name}`, 'new')));

    // Once as a whole, to learn at which byte the script begins and ends.
    const whole = await startProxy(sshd.port);
    const learning = fleetOf(through(sshd, whole));
    await learning.write(host);
    const begin = whole.sent();
    const first = transactionOf(changes);
    expect((await (await learning.write(host)).begin(first)).state).toBe('applied');
    const end = whole.sent();
    await learning.close(host);
    await whole.close();
    expect((await (await direct.write(host)).undo(first.id)).state).toBe('rolled-back');
    expect(end - begin).toBeGreaterThan(10_000);

    const cuts = [
      ...Array.from({ length: Math.ceil((end - begin - LAST) / EVERY) }, (_, n) => begin + n * EVERY),
      ...Array.from({ length: LAST / STEP_AT_THE_END + 24 }, (_, n) => end - LAST + n * STEP_AT_THE_END),
    ];
    const seen = { untouched: 0, whole: 0 };
    for (const cutAfterSent of cuts) {
      const proxy = await startProxy(sshd.port, { cutAfterSent });
      const cut = fleetOf(through(sshd, proxy));
      const transaction = transactionOf(changes);
      const answer = await (await cut.write(host)).begin(transaction).catch((fault: { failure?: { code: string } }) => fault.failure?.code);
      await cut.close(host);
      await proxy.close();
      settled();
      const isWhole = contents().join() !== 'f=old,g=old';
      if (isWhole) expect([cutAfterSent, ...contents().slice(-2)]).toEqual([cutAfterSent, 'f=new', 'g=new']);
      // What did not happen is never told as done.
      else expect(['lost', 'unreachable']).toContain(answer);
      seen[isWhole ? 'whole' : 'untouched'] += 1;
      // By the host's own record it never began, or was carried out, and is back or will never be.
      const { state } = await (await direct.write(host)).undo(transaction.id);
      expect(isWhole ? ['rolled-back'] : ['none', 'rolled-back']).toContain(state);
      expect([cutAfterSent, ...contents()]).toEqual([cutAfterSent, 'f=old', 'g=old']);
    }
    await direct.close(host);
    expect(seen.untouched).toBeGreaterThan(30);
    expect(seen.whole).toBeGreaterThan(0);
  });
});

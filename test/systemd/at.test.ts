import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fleet } from '../../src/domain/access.ts';
import { MORE_PACKAGES } from '../lab/base-tree.ts';
import { fleetIsMissing } from '../lab/commands.ts';
import { TestFleet } from '../lab/fleet.ts';
import { hostNamed, reach } from '../lab/reach.ts';
import { edited, transactionOf } from './transactions.ts';

const missing = fleetIsMissing();

const F = '/home/ops/app.conf';
const HOST = 'late';

/** A login that is not root cannot make timers of the system: its undo is a job of at(1). */
describe.skipIf(missing)(`an undo by at${missing ? ` (${missing})` : ''}`, () => {
  let fleet: TestFleet;
  let way: Fleet;

  beforeAll(async () => {
    fleet = await TestFleet.up({ [HOST]: {} }, MORE_PACKAGES);
    way = reach(fleet, { become: { enabled: false, user: 'root' } });
    await sh(`echo old >${F}; chown ops:ops ${F}`);
  });

  afterAll(async () => {
    await way?.close(hostNamed(HOST));
    await fleet?.[Symbol.asyncDispose]();
  });

  const sh = (script: string) => fleet.host(HOST).exec('/bin/sh', '-c', script);
  const jobs = async () => (await sh('ls /var/spool/cron/atjobs | grep -v SEQ || :')).split('\n').filter((name) => name !== '');

  async function begun(text: string): Promise<string> {
    const transaction = transactionOf([await edited(way, HOST, F, text)], { undoAfterMs: 600_000 });
    expect(await (await way.write(hostNamed(HOST))).begin(transaction)).toMatchObject({ state: 'applied' });
    expect(await jobs()).toHaveLength(1);
    return transaction.id;
  }

  it('is what the plan is told of', async () => {
    expect((await (await way.read(hostNamed(HOST))).facts()).undo_by).toBe('at');
  });

  it.each([
    ['confirm', 'confirmed', 'new'],
    ['undo', 'rolled-back', 'old'],
  ] as const)('is called off once it is settled by %s', async (verb, state, text) => {
    await sh(`echo old >${F}`);
    const id = await begun('new\n');
    expect(await (await way.write(hostNamed(HOST)))[verb](id)).toMatchObject({ state });
    expect(await jobs()).toEqual([]);
    expect(await sh(`cat ${F}`)).toBe(`${text}\n`);
  });

  it('outlives a hard kill, and takes the change back once its time is up', async () => {
    await sh(`echo old >${F}`);
    const id = await begun('new\n');
    await way.close(hostNamed(HOST));
    await fleet.host(HOST).cut();
    await fleet.host(HOST).boot();
    // The name of a job is its queue, its number and its minute since the epoch: one of long ago is run at once.
    const [job = ''] = await jobs();
    expect(await sh(`cat ${F}`)).toBe('new\n');
    await sh(`cd /var/spool/cron/atjobs && mv ${job} ${job.slice(0, 6)}00000001 && kill -HUP "$(cat /run/atd.pid)"`);
    await sh(`until [ -e /home/ops/.local/state/runbook/tx/${id}/st.ROLLEDBACK ]; do sleep 0.1; done`);
    expect(await sh(`cat ${F}`)).toBe('old\n');
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Fleet } from '../../src/domain/access.ts';
import type { FileChange } from '../../src/domain/change.ts';
import { fleetIsMissing } from '../lab/commands.ts';
import { TestFleet } from '../lab/fleet.ts';
import { hostNamed, reach } from '../lab/reach.ts';
import { apply, edited, newTxId, transactionOf } from '../systemd/transactions.ts';

const missing = fleetIsMissing();
const HOST = hostNamed('one');
const F = '/srv/app/f';

describe.skipIf(missing)(`the record of a host${missing ? ` (${missing})` : ''}`, () => {
  let fleet: TestFleet;
  let way: Fleet;

  beforeAll(async () => {
    fleet = await TestFleet.up({ one: {} });
    way = reach(fleet);
  });
  afterAll(async () => {
    await way?.close(HOST);
    await fleet?.[Symbol.asyncDispose]();
  });

  const sh = (script: string) => fleet.host('one').exec('/bin/sh', '-c', script);
  const fresh = () =>
    sh(
      'umount /srv/app/f 2>/dev/null; rm -rf /var/lib/runbook /srv/app; mkdir -p /srv/app; echo old >/srv/app/f; touch -d @1000000 /srv/app/f',
    );
  const looks = () => sh(`cat ${F}; stat -c '%h %Y' ${F}; ls -A /srv/app; ls /var/lib/runbook/lock`);
  const begin = async (changes: readonly FileChange[], id = newTxId(), fleetOf = way) =>
    (await fleetOf.write(HOST)).begin(transactionOf(changes, { id }));

  async function expectWrittenInPlace(make: string, names: string): Promise<void> {
    await sh('rm -f /srv/second');
    await fresh();
    await sh(make);
    const change: FileChange = { ...(await edited(way, 'one', F, 'new\n')), inPlace: true };
    const id = newTxId();
    expect((await begin([change], id)).state).toBe('applied');
    expect(await sh(`cat ${F}; stat -c %h ${F}`)).toBe(`new\n${names}\n`);
    expect((await (await way.write(HOST)).undo(id)).state).toBe('rolled-back');
    expect(await looks()).toBe(`old\n${names} 1000000\nf\nfree\n`);
    expect(await apply(way, 'one', [change])).toEqual([{ kind: 'done' }]);
    expect(await sh(`cat ${F}; ls -A /var/lib/runbook/tx/*/ | grep -c orig || :`)).toBe('new\n0\n');
  }

  test('fault 13: a bind-mounted file, written in place by its author’s choice, is changed and comes back to its bytes and time', () =>
    expectWrittenInPlace(`mount --bind ${F} ${F}`, '1'));

  test('fault 15: a file with a second name, written in place by its author’s choice, keeps it and comes back to its bytes and time', () =>
    expectWrittenInPlace(`ln ${F} /srv/second`, '2'));

  test('fault 20: somebody who goes on writing to the old file is told of at the confirm, with both digests, and not lost', async () => {
    await fresh();
    const id = newTxId();
    await sh(
      `(exec 3>>${F}; until [ -e /srv/written ]; do sleep 0.05; [ ! -e /srv/go ] || { echo late >&3; : >/srv/written; }; done) >/dev/null 2>&1 </dev/null & :`,
    );
    expect((await begin([await edited(way, 'one', F, 'new\n')], id)).state).toBe('applied');
    await sh(': >/srv/go; until [ -e /srv/written ]; do sleep 0.05; done; rm /srv/go /srv/written');
    const { state, remarks } = await (await way.write(HOST)).confirm(id);
    expect(state).toBe('confirmed');
    const [old, late] = (await sh("printf 'old\\n' | sha256sum; printf 'old\\nlate\\n' | sha256sum"))
      .split('\n')
      .map((line) => line.slice(0, 64));
    expect(remarks).toEqual([expect.stringContaining(`it had ${old}, its original has ${late}`)]);
    expect(await sh(`cat ${F} /var/lib/runbook/tx/${id}/late.0`)).toBe('new\nold\nlate\n');
  });

  test('fault 21: the same transaction begun twice, and another one meanwhile, are told who has the host', async () => {
    await fresh();
    const id = newTxId();
    const change = await edited(way, 'one', F, 'new\n');
    expect((await begin([change], id)).state).toBe('applied');
    const other = await edited(way, 'one', '/srv/app/g', 'other\n');
    expect(await begin([other])).toMatchObject({
      state: 'none',
      refusal: {
        code: 'locked',
        message: expect.stringMatching(/^it is locked by run test by tester@here since \d{4}-\S+, whose transaction .* is APPLIED$/),
      },
    });
    await (await way.write(HOST)).confirm(id);
    const again = await edited(way, 'one', F, 'newer\n');
    expect(await begin([again], id)).toMatchObject({
      refusal: { code: 'locked', message: expect.stringContaining('begun before, by run test by tester@here') },
    });
    expect(await sh(`cat ${F}; ls -A /srv/app`)).toBe('new\nf\n');
  });

  test('fault 23: a lock that a dead run left is taken over, by one of five', async () => {
    await fresh();
    await apply(way, 'one', [await edited(way, 'one', F, 'first\n')]);
    // Its record is gone, or was never made: nothing was changed by it.
    await sh(`mv /var/lib/runbook/lock/free /var/lib/runbook/lock/${'a'.repeat(32)}`);
    const ways = Array.from({ length: 5 }, () => reach(fleet));
    const changes = await Promise.all(ways.map((each, k) => edited(each, 'one', `/srv/app/n${k}`, `${k}\n`)));
    const receipts = await Promise.all(ways.map((each, k) => begin([changes[k] as FileChange], newTxId(), each)));
    await Promise.all(ways.map((each) => each.close(HOST)));
    expect(receipts.map(({ state }) => state).sort()).toEqual(['applied', 'none', 'none', 'none', 'none']);
    expect(receipts.flatMap(({ refusal }) => (refusal ? [refusal.code] : []))).toEqual(['locked', 'locked', 'locked', 'locked']);
  });

  test('fault 23: an empty lock, and one that a dead run left before it armed anything, are taken over', async () => {
    await fresh();
    await sh('mkdir -m 700 /var/lib/runbook /var/lib/runbook/tx /var/lib/runbook/lock');
    expect(await apply(way, 'one', [await edited(way, 'one', F, 'first\n')])).toEqual([{ kind: 'done' }]);
    const id = newTxId();
    await begin([await edited(way, 'one', F, 'second\n')], id);
    await (await way.write(HOST)).undo(id);
    await sh(`cd /var/lib/runbook; mv tx/${id}/st.ROLLEDBACK tx/${id}/st.PREPARED; mv lock/free lock/${id}; rm -f tx/${id}/own`);
    expect(await apply(way, 'one', [await edited(way, 'one', F, 'third\n')])).toEqual([{ kind: 'done' }]);
    expect(await sh(`cat ${F}; ls /var/lib/runbook/lock /var/lib/runbook/tx/${id} | grep -c 'free\\|ROLLEDBACK'`)).toBe('third\n2\n');
  });

  test.each([
    ['a file of theirs', 'echo theirs >PLACE; chown ops PLACE'],
    ['a link', 'ln -s /etc/passwd PLACE'],
    ['another name of a file of root', 'ln /etc/hostname PLACE'],
  ])('fault 65: %s in the place of a candidate that was used up does not keep the undo from putting the file back', async (_what, put) => {
    await fresh();
    const id = newTxId();
    expect((await begin([await edited(way, 'one', F, 'new\n'), await edited(way, 'one', '/srv/app/g', 'made\n')], id)).state).toBe(
      'applied',
    );
    for (const n of [0, 1]) await sh(put.replaceAll('PLACE', `/srv/app/.rb.${id}.${n}.apply`));
    expect((await (await way.write(HOST)).undo(id)).state).toBe('rolled-back');
    expect(await sh(`cat ${F}; ls -A /srv/app | grep -v apply`)).toBe('old\nf\n');
  });

  test.each([
    ['a link to elsewhere', 'ln -s /srv/elsewhere /var/lib/runbook'],
    ['a dangling link', 'ln -s /srv/nowhere /var/lib/runbook'],
    ['a directory of somebody else', 'mkdir -m 700 /var/lib/runbook; chown ops /var/lib/runbook'],
    ['a directory that all can write to', 'mkdir -m 777 /var/lib/runbook; chmod 777 /var/lib/runbook'],
    ['a file', 'echo >/var/lib/runbook'],
    ['transactions behind a link', 'mkdir -m 700 /var/lib/runbook; ln -s /srv/elsewhere /var/lib/runbook/tx'],
    ['transactions of somebody else', 'mkdir -m 700 -p /var/lib/runbook/tx; chmod 700 /var/lib/runbook; chown ops /var/lib/runbook/tx'],
    ['a lock behind a link', 'mkdir -m 700 -p /var/lib/runbook/tx; chmod 700 /var/lib/runbook; ln -s /srv/elsewhere /var/lib/runbook/lock'],
    ['memory', 'mkdir -m 700 /var/lib/runbook; mount -t tmpfs -o mode=700 tmpfs /var/lib/runbook'],
  ])('fault 65: a record that is %s is refused, and nothing is changed', async (_what, make) => {
    await fresh();
    await sh(`rm -rf /srv/elsewhere; mkdir -m 700 /srv/elsewhere; ${make}`);
    const receipt = await begin([await edited(way, 'one', F, 'new\n')]);
    const left = await sh(
      `umount /var/lib/runbook 2>/dev/null; rm -rf /var/lib/runbook; cat ${F}; ls -A /srv/app /srv/elsewhere; ls -d /srv/nowhere 2>/dev/null || :`,
    );
    expect(receipt).toMatchObject({ state: 'none', refusal: { code: 'refused' } });
    expect(left).toBe('old\n/srv/app:\nf\n\n/srv/elsewhere:\n');
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Fleet } from '../../src/domain/access.ts';
import type { TransactionState } from '../../src/domain/transaction.ts';
import { fleetIsMissing } from '../lab/commands.ts';
import { type HostWish, TestFleet } from '../lab/fleet.ts';
import { hostNamed, reach } from '../lab/reach.ts';
import { command, edited, transactionOf, trigger } from '../systemd/transactions.ts';

const missing = fleetIsMissing();

/** Says which configuration it was started with, and when. */
const APP = `[Service]
ExecStart=/bin/sh -c 'cat /etc/app.conf >>/var/log/app.starts; exec sleep infinity'
[Install]
WantedBy=multi-user.target
`;

const APP_HOST: HostWish = {
  enabled: ['app.service'],
  files: { '/etc/app.conf': { text: 'old\n', mode: 0o640 }, '/etc/systemd/system/app.service': { text: APP } },
};

const RUNNING = { active: true, enabled: true, masked: false };

describe.skipIf(missing)(`the undo that a host carries out by itself${missing ? ` (${missing})` : ''}`, () => {
  let fleet: TestFleet;
  let way: Fleet;

  beforeAll(async () => {
    fleet = await TestFleet.up({ a: APP_HOST, b: APP_HOST, c: APP_HOST, d: APP_HOST });
    way = reach(fleet);
  });

  afterAll(async () => {
    for (const name of fleet?.hosts.keys() ?? []) await way.close(hostNamed(name));
    await fleet?.[Symbol.asyncDispose]();
  });

  const sh = (host: string, script: string) => fleet.host(host).exec('/bin/sh', '-c', script);
  const conf = (host: string) => sh(host, 'cat /etc/app.conf');
  const starts = async (host: string) => (await sh(host, 'cat /var/log/app.starts')).trim().split('\n');

  /** Edits the file and restarts the service; the host takes it back after so many seconds. */
  async function begun(host: string, text: string, seconds: number, timers: 1 | 2 = 1): Promise<string> {
    const changes = [await edited(way, host, '/etc/app.conf', text), trigger('restart', 'app.service', RUNNING)];
    // The second of its two timers, unless it has but one.
    const waits = timers === 2 ? { undoAfterMs: 900_000, undoAfterChangesMs: seconds * 1_000 } : { undoAfterMs: seconds * 1_000 };
    const transaction = transactionOf(changes, waits);
    const receipt = await (await way.write(hostNamed(host))).begin(transaction);
    expect(receipt).toMatchObject({ state: 'applied', results: [{ kind: 'done' }, { kind: 'done' }] });
    return transaction.id;
  }

  /** Waits on the host itself until the transaction stands so. */
  async function until(host: string, tx: string, state: string): Promise<void> {
    await sh(host, `until [ -e /var/lib/runbook/tx/${tx}/st.${state} ]; do sleep 0.1; done`);
  }

  const stateOf = async (host: string, tx: string): Promise<TransactionState> =>
    (await (await way.read(hostNamed(host))).transaction(tx)).state;

  const nothingLeft = (host: string) =>
    sh(
      host,
      'ls -A /etc | grep "^[.]rb" ; ls /var/lib/runbook/lock; systemctl list-units --no-legend "runbook-undo*"; ls /etc/systemd/system | grep runbook || :',
    );

  test('fault 5: a host whose link is cut after it was changed is back when its time is up, service and all, within 2 s', async () => {
    const before = (await starts('a')).length;
    const tx = await begun('a', 'new\n', 6, 2);
    expect(await conf('a')).toBe('new\n');
    await fleet.host('a').cable('out');
    await until('a', tx, 'ROLLEDBACK');
    await fleet.host('a').cable('in');
    await way.close(hostNamed('a'));
    expect(await stateOf('a', tx)).toBe('rolled-back');
    expect(await conf('a')).toBe('old\n');
    expect((await starts('a')).slice(before)).toEqual(['new', 'old']);
    expect(await nothingLeft('a')).toBe('free\n');
    const late = await sh('a', `journalctl -o cat --no-pager -t runbook | grep ${tx} | grep -c 'APPLIED -> ROLLING'`);
    expect(late).toBe('1\n');
  });

  test('fault 5: the timer is precise to a second, as systemd itself says', async () => {
    const tx = await begun('a', 'new\n', 100);
    const shown = await sh('a', `systemctl show runbook-undo-${tx}.timer -p AccuracyUSec -p TimersMonotonic`);
    expect(shown).toMatch(/AccuracyUSec=1s/);
    expect(shown).toMatch(/OnActiveUSec=1min 40s/);
    expect((await (await way.write(hostNamed('a'))).undo(tx)).state).toBe('rolled-back');
    expect(await nothingLeft('a')).toBe('free\n');
  });

  test('fault 6: a confirm whose reply was lost is found confirmed, and asked again it says the same', async () => {
    const tx = await begun('b', 'kept\n', 60, 2);
    for (const _time of ['first', 'again']) {
      expect(await (await way.write(hostNamed('b'))).confirm(tx)).toEqual({ state: 'confirmed', remarks: [] });
    }
    expect(await (await way.write(hostNamed('b'))).undo(tx)).toEqual({ state: 'confirmed', remarks: [] });
    expect(await conf('b')).toBe('kept\n');
    expect(await nothingLeft('b')).toBe('free\n');
  });

  test('fault 5: a host that loses its power before it was confirmed comes up with the old file, before the service starts', async () => {
    const tx = await begun('c', 'new\n', 600, 2);
    await sh('c', 'sync; : >/var/log/app.starts; sync');
    await fleet.host('c').cut();
    await way.close(hostNamed('c'));
    await fleet.host('c').boot();
    expect(await starts('c')).toEqual(['old']);
    expect(await stateOf('c', tx)).toBe('rolled-back');
    expect(await nothingLeft('c')).toBe('free\n');
  });

  test('fault 52: daemon-reload and daemon-reexec in between do not keep the undo from firing once', async () => {
    const before = (await starts('d')).length;
    const tx = await begun('d', 'new\n', 5);
    await sh('d', 'systemctl daemon-reload; systemctl daemon-reexec');
    await until('d', tx, 'ROLLEDBACK');
    expect((await starts('d')).slice(before)).toEqual(['new', 'old']);
    expect(await nothingLeft('d')).toBe('free\n');
  });

  test('fault 51: where no timer can be made, nothing is changed', async () => {
    await sh(
      'd',
      'mv /usr/bin/systemd-run /usr/bin/systemd-run.away; printf "#!/bin/sh\\nexit 1\\n" >/usr/bin/systemd-run; chmod 755 /usr/bin/systemd-run',
    );
    const transaction = transactionOf([await edited(way, 'd', '/etc/app.conf', 'new\n')]);
    const receipt = await (await way.write(hostNamed('d'))).begin(transaction);
    await sh('d', 'mv /usr/bin/systemd-run.away /usr/bin/systemd-run');
    expect(receipt).toMatchObject({
      state: 'rolled-back',
      refusal: { code: 'refused', message: expect.stringContaining('could not be armed') },
    });
    expect(await conf('d')).toBe('old\n');
    expect(await nothingLeft('d')).toBe('free\n');
  });

  test('fault 50: an undo that cannot succeed stays under way, and the host goes on until it can', async () => {
    const tx = await begun('d', 'new\n', 600);
    await sh('d', 'mv /etc/systemd/system/app.service /root/; systemctl stop app.service; systemctl daemon-reload');
    const writer = await way.write(hostNamed('d'));
    expect(await writer.undo(tx)).toMatchObject({ state: 'rolling', remarks: [expect.stringContaining('could not be taken back')] });
    expect(await sh('d', `systemctl is-active runbook-undo-${tx}.timer`)).toBe('active\n');
    await sh('d', 'mv /root/app.service /etc/systemd/system/; systemctl daemon-reload');
    expect((await writer.undo(tx)).state).toBe('rolled-back');
    expect(await conf('d')).toBe('old\n');
    expect(await sh('d', 'systemctl is-active app.service')).toBe('active\n');
    expect(await nothingLeft('d')).toBe('free\n');
  });

  test('fault 48: a service that was stopped and disabled is so again', async () => {
    await sh('d', 'systemctl disable --now app.service');
    const down = { active: false, enabled: false, masked: false };
    const unit = { kind: 'unit', unit: 'app.service', before: down, after: RUNNING, says: [], sensitive: false } as const;
    const transaction = transactionOf([await edited(way, 'd', '/etc/app.conf', 'new\n'), unit]);
    expect((await (await way.write(hostNamed('d'))).begin(transaction)).state).toBe('applied');
    expect(await sh('d', 'systemctl is-active app.service')).toBe('active\n');
    expect((await (await way.write(hostNamed('d'))).undo(transaction.id)).state).toBe('rolled-back');
    expect(await sh('d', 'systemctl is-enabled app.service || systemctl is-active app.service || :')).toBe('disabled\ninactive\n');
    await sh('d', 'systemctl enable --now app.service');
  });

  test('fault 11: a disk that is read-only when the time is up is written to once it is not', async () => {
    await sh('b', 'mkdir /data && mount -t tmpfs -o mode=755 tmpfs /data && echo old >/data/conf');
    const transaction = transactionOf([await edited(way, 'b', '/data/conf', 'new\n')], { undoAfterMs: 3_000 });
    expect((await (await way.write(hostNamed('b'))).begin(transaction)).state).toBe('applied');
    await sh('b', 'mount -o remount,ro /data');
    await until('b', transaction.id, 'ROLLING');
    await sh('b', `until journalctl -o cat -t runbook --no-pager | grep ${transaction.id} | grep -q 'tried again'; do sleep 0.1; done`);
    expect(await sh('b', 'cat /data/conf')).toBe('new\n');
    await sh('b', 'mount -o remount,rw /data');
    await until('b', transaction.id, 'ROLLEDBACK');
    expect(await sh('b', 'cat /data/conf; ls -A /data')).toBe('old\nconf\n');
  });

  test('fault 49: a change that keeps newcomers out takes itself back, and the host is reached again', async () => {
    const changes = [
      await edited(way, 'a', '/etc/ssh/sshd_config.d/b.conf', 'Port 2222\n'),
      trigger('restart', 'ssh.service', RUNNING),
      command('true'),
    ];
    const transaction = transactionOf(changes, { undoAfterMs: 5_000 });
    expect((await (await way.write(hostNamed('a'))).begin(transaction)).state).toBe('applied');
    await way.close(hostNamed('a'));
    await expect(way.read(hostNamed('a'))).rejects.toMatchObject({ failure: { code: 'unreachable' } });
    await until('a', transaction.id, 'ROLLEDBACK');
    expect(await stateOf('a', transaction.id)).toBe('rolled-back');
  });
});

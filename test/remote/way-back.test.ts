import { chmodSync, chownSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Fleet } from '../../src/domain/access.ts';
import type { Change, CommandChange, TriggerChange } from '../../src/domain/change.ts';
import type { Standing } from '../../src/domain/transaction.ts';
import { crashHost } from '../faults/crash-host.ts';
import { defaultHost, hostWithout, isRoot, localFleet, shells, temporaryDirectory, thisHost } from './local-fleet.ts';
import { apply, names, planned, transactionOf } from './transactions.ts';

const needsRoot = isRoot ? '' : ' (not here: needs root)';
const textOf = (path: string) => readFileSync(path, 'utf8');
const recordOf = (id: string) => `${defaultHost.state}/tx/${id}`;

function command(argv: readonly string[], undo: readonly string[]): CommandChange {
  return { kind: 'command', argv, undo: { argv: undo }, timeoutMs: 600_000, says: [], sensitive: false };
}

const RESTART: TriggerChange = {
  kind: 'trigger',
  action: 'restart',
  unit: 'x.service',
  before: { active: true, enabled: true, masked: false },
  says: [],
  sensitive: false,
};

function oldFile(): string {
  const path = `${temporaryDirectory()}/f`;
  writeFileSync(path, 'old');
  return path;
}

async function begun(fleet: Fleet, changes: readonly Change[]): Promise<string> {
  const transaction = transactionOf(changes);
  expect(await (await fleet.write(thisHost)).begin(transaction)).toMatchObject({ state: 'applied' });
  return transaction.id;
}

async function undone(fleet: Fleet, id: string): Promise<Standing> {
  return (await fleet.write(thisHost)).undo(id);
}

describe('a host that takes itself back', () => {
  test.each(shells)('does so while its changes are still being made, and ends who makes them ($name)', async (shell) => {
    const path = oldFile();
    const { fleet } = localFleet({ shell });
    const changes = [await planned(fleet, path, 'new'), command(['sleep', '300'], ['true'])];
    const transaction = { ...transactionOf(changes), undoAfterMs: 2_000 };
    const answer = (await fleet.write(thisHost)).begin(transaction).catch(() => undefined);
    const record = `${shell.state}/tx/${transaction.id}`;
    while (!existsSync(`${record}/st.ROLLEDBACK`) || !existsSync(`${shell.state}/lock/free`)) await delay(50);
    await answer;
    expect([textOf(path), names(path.replace(/\/f$/, '')), names(`${shell.state}/lock`)]).toEqual(['old', ['f'], ['free']]);
  });

  test('waits for a confirm from when its changes are made, and not for as long as they might have taken', async () => {
    const path = oldFile();
    const { fleet } = localFleet();
    const transaction = { ...transactionOf([await planned(fleet, path, 'new')]), undoAfterChangesMs: 1_000 };
    expect(await (await fleet.write(thisHost)).begin(transaction)).toMatchObject({ state: 'applied' });
    while (!existsSync(`${recordOf(transaction.id)}/st.ROLLEDBACK`)) await delay(50);
    while (!existsSync(`${defaultHost.state}/lock/free`)) await delay(50);
    expect(textOf(path)).toBe('old');
    const [pid = ''] = textOf(`${recordOf(transaction.id)}/waits.first`).split(' ');
    while (existsSync(`/proc/${pid}`) && !/\) Z /.test(textOf(`/proc/${pid}/stat`))) await delay(50);
  });

  test('is confirmed once, and then nobody waits', async () => {
    const path = oldFile();
    const { fleet } = localFleet();
    const transaction = { ...transactionOf([await planned(fleet, path, 'new')]), undoAfterChangesMs: 300_000 };
    const writer = await fleet.write(thisHost);
    await writer.begin(transaction);
    expect(await writer.confirm(transaction.id)).toMatchObject({ state: 'confirmed' });
    for (const which of ['first', 'sooner']) {
      const [pid = ''] = textOf(`${recordOf(transaction.id)}/waits.${which}`).split(' ');
      while (existsSync(`/proc/${pid}`) && !/\) Z /.test(textOf(`/proc/${pid}/stat`))) await delay(50);
    }
    expect(textOf(path)).toBe('new');
  });

  test('does so where nobody takes what it logs', async () => {
    const path = oldFile();
    const { fleet } = localFleet({ shell: hostWithout([], { logger: '#!/bin/sh\nexec sleep 300\n' }) });
    const id = await begun(fleet, [await planned(fleet, path, 'new')]);
    expect(await undone(fleet, id)).toMatchObject({ state: 'rolled-back' });
    expect(textOf(path)).toBe('old');
  });
});

describe('an undo', () => {
  const log = () => `${temporaryDirectory()}/calls`;

  /** A host whose systemd gives each restart a new invocation id, and tells of a unit only while `FILE.answers` is there. */
  function systemdHost(file: string) {
    const systemctl = `#!/bin/sh
[ "$1" = --no-ask-password ] && shift
case $1 in
show) [ -e '${file}.answers' ] || exit 1; printf 'UnitFileState=enabled\\nActiveState=active\\n'; echo "InvocationID=$(wc -l <'${file}' | tr -d ' ')"; exit 0 ;;
is-active) echo active; exit 0 ;;
esac
[ -e '${file}.answers' ] || exit 1
echo "$*" >>'${file}'
`;
    writeFileSync(file, '');
    writeFileSync(`${file}.answers`, '');
    return localFleet({ shell: hostWithout([], { systemctl, wc: '#!/bin/sh\nexec /usr/bin/wc "$@"\n' }) });
  }

  test('owes a restart until systemd has answered, also for what it was not told', async () => {
    const [path, file] = [oldFile(), log()];
    const { fleet } = systemdHost(file);
    const id = await begun(fleet, [await planned(fleet, path, 'new'), RESTART]);
    rmSync(`${file}.answers`);
    expect(await undone(fleet, id)).toMatchObject({ state: 'rolling' });
    writeFileSync(`${file}.answers`, '');
    expect(await undone(fleet, id)).toMatchObject({ state: 'rolled-back' });
    expect(textOf(file)).toBe('restart -- x.service\nrestart -- x.service\n');
  });

  test('that cannot take a command back puts back all else, and goes on trying', async () => {
    const [path, file] = [oldFile(), log()];
    const { fleet } = systemdHost(file);
    const done = `${temporaryDirectory()}/undone`;
    const undo = ['ls', done];
    const id = await begun(fleet, [await planned(fleet, path, 'new'), command(['true'], undo), RESTART]);
    expect(await undone(fleet, id)).toMatchObject({ state: 'rolling' });
    expect([textOf(path), textOf(file)]).toEqual(['old', 'restart -- x.service\nrestart -- x.service\n']);
    writeFileSync(done, '');
    expect(await undone(fleet, id)).toMatchObject({ state: 'rolled-back' });
    expect(textOf(file)).toBe('restart -- x.service\nrestart -- x.service\n');
  });

  test('of what never replaced a file leaves alone what somebody wrote there since', async () => {
    const path = oldFile();
    const host = crashHost(defaultHost, temporaryDirectory());
    const { fleet } = localFleet();
    const transaction = transactionOf([await planned(fleet, path, 'new')]);
    host.at(`[ ! -e '${recordOf(transaction.id)}/st.ARMED' ] || kill -KILL 0`);
    await expect((await localFleet({ shell: host.shell }).fleet.write(thisHost)).begin(transaction)).rejects.toMatchObject({
      failure: { code: 'lost' },
    });
    host.at('');
    expect(names(recordOf(transaction.id))).toContain('files.todo');
    writeFileSync(path, 'by somebody else');
    expect(await undone(fleet, transaction.id)).toMatchObject({ state: 'rolled-back', remarks: [] });
    expect([textOf(path), names(path.replace(/\/f$/, ''))]).toEqual(['by somebody else', ['f']]);
  });

  test('waits where the record of what was mounted did not survive', async () => {
    const path = oldFile();
    const { fleet } = localFleet();
    const id = await begun(fleet, [await planned(fleet, path, 'new')]);
    const mounts = textOf(`${recordOf(id)}/m.0`);
    writeFileSync(`${recordOf(id)}/m.0`, '');
    expect(await undone(fleet, id)).toMatchObject({ state: 'rolling', remarks: [expect.stringContaining('not mounted now')] });
    writeFileSync(`${recordOf(id)}/m.0`, mounts);
    expect(await undone(fleet, id)).toMatchObject({ state: 'rolled-back' });
    expect(textOf(path)).toBe('old');
  });
});

describe.skipIf(!isRoot)(`a directory in which each may replace what is theirs${needsRoot}`, () => {
  /** Sticky, and open to others: `ls -ld /tmp`. */
  function sticky(mode: number, owner = 0): string {
    const path = oldFile();
    chmodSync(path.replace(/\/f$/, ''), mode);
    chownSync(path, owner, owner);
    onTestFinished(() => chmodSync(path.replace(/\/f$/, ''), 0o755));
    return path;
  }

  test.each([0o1777, 0o1775, 0o1772, 0o3775])('of mode %o keeps a file of somebody else from being changed', async (mode) => {
    const path = sticky(mode, 65_534);
    const { fleet } = localFleet();
    for (const bytes of ['new', undefined]) {
      expect(await apply(fleet, [await planned(fleet, path, bytes)])).toMatchObject([
        { kind: 'failed', message: expect.stringMatching(/belongs to another user, who can replace it/) },
      ]);
    }
    expect(textOf(path)).toBe('old');
  });

  test('and from being given to somebody else, be it new or not', async () => {
    const path = sticky(0o1777);
    const { fleet } = localFleet();
    const given = { uid: 65_534, gid: 65_534 };
    for (const target of [path, path.replace(/f$/, 'g')]) {
      const change = await planned(fleet, target, 'new', given);
      const { after } = change;
      const owned = after.kind === 'file' ? { ...change, after: { ...after, attributes: { ...after.attributes, ...given } } } : change;
      expect(await apply(fleet, [owned])).toMatchObject([{ kind: 'failed', message: expect.stringContaining('who can replace it') }]);
    }
    expect([textOf(path), names(path.replace(/\/f$/, ''))]).toEqual(['old', ['f']]);
  });

  test.each([
    [0o1777, 0],
    [0o1755, 65_534],
  ])('of mode %o is no obstacle to a file of %d, which nobody else can replace', async (mode, owner) => {
    const path = sticky(mode, owner);
    const { fleet } = localFleet();
    expect(await apply(fleet, [await planned(fleet, path, 'new')])).toMatchObject([{ kind: 'done' }]);
    expect(textOf(path)).toBe('new');
  });
});

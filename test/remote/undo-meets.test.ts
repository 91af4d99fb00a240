import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Fleet } from '../../src/domain/access.ts';
import type { Change, TriggerChange } from '../../src/domain/change.ts';
import type { Standing } from '../../src/domain/transaction.ts';
import { crashHost } from '../faults/crash-host.ts';
import { defaultHost, hostWithout, isRoot, localFleet, temporaryDirectory, thisHost } from './local-fleet.ts';
import { names, planned, transactionOf } from './transactions.ts';

const needsRoot = isRoot ? '' : ' (not here: needs root)';

/** A transaction that was carried out and waits for its confirm. */
async function begun(fleet: Fleet, changes: readonly Change[]): Promise<string> {
  const transaction = transactionOf(changes);
  expect(await (await fleet.write(thisHost)).begin(transaction)).toMatchObject({ state: 'applied' });
  return transaction.id;
}

async function settled(fleet: Fleet, verb: 'undo' | 'confirm', id: string): Promise<Standing> {
  return (await fleet.write(thisHost))[verb](id);
}

function directoryWith(files: Readonly<Record<string, string>>): string {
  const directory = temporaryDirectory();
  for (const [name, text] of Object.entries(files)) writeFileSync(`${directory}/${name}`, text);
  return directory;
}

const textOf = (path: string) => readFileSync(path, 'utf8');

describe('an undo', () => {
  test.skipIf(!isRoot)(`that is tried again does not look again at what it has put back${needsRoot}`, async () => {
    const directory = directoryWith({ f: 'old f', g: 'old g' });
    mkdirSync(`${directory}/locked`);
    writeFileSync(`${directory}/locked/h`, 'old h');
    const { fleet } = localFleet();
    const changes = await Promise.all(['locked/h', 'f', 'g'].map((name) => planned(fleet, `${directory}/${name}`, `new ${name}`)));
    const id = await begun(fleet, changes);
    const immutable = (flag: string) => void execFileSync('chattr', [flag, `${directory}/locked`]);
    immutable('+i');
    onTestFinished(() => immutable('-i'));
    expect(await settled(fleet, 'undo', id)).toMatchObject({ state: 'rolling' });
    expect([textOf(`${directory}/f`), textOf(`${directory}/g`)]).toEqual(['old f', 'old g']);
    writeFileSync(`${directory}/f`, 'edited since then');
    immutable('-i');
    expect(await settled(fleet, 'undo', id)).toMatchObject({ state: 'rolled-back' });
    expect([textOf(`${directory}/f`), textOf(`${directory}/locked/h`)]).toEqual(['edited since then', 'old h']);
  });

  test.skipIf(!isRoot)(`waits for a file system that is not mounted, and writes nothing into its mount point${needsRoot}`, async () => {
    const [disk, directory] = [directoryWith({ f: 'old' }), temporaryDirectory()];
    const mount = () => void execFileSync('mount', ['--bind', disk, directory]);
    const umount = () => void execFileSync('umount', [directory]);
    mount();
    const { fleet } = localFleet();
    const id = await begun(fleet, [await planned(fleet, `${directory}/f`, 'new')]);
    umount();
    const { state, remarks } = await settled(fleet, 'undo', id);
    expect([state, ...remarks]).toEqual([
      'rolling',
      expect.stringContaining(`${directory}/f lies on a file system that is not mounted now`),
    ]);
    expect([names(directory), textOf(`${disk}/f`)]).toEqual([[], 'new']);
    mount();
    onTestFinished(umount);
    expect(await settled(fleet, 'undo', id)).toMatchObject({ state: 'rolled-back' });
    expect(textOf(`${directory}/f`)).toBe('old');
  });

  test.skipIf(!isRoot)(`knows a candidate as its own that was already given to somebody else${needsRoot}`, async () => {
    const directory = directoryWith({ f: 'old' });
    const host = crashHost(defaultHost, temporaryDirectory());
    const { fleet } = localFleet();
    const change = await planned(fleet, `${directory}/f`, 'new', { uid: 65_534, gid: 65_534 });
    // From the first program after the candidate has its new owner.
    host.at(`[ "$(/usr/bin/stat -c %u '${directory}'/.rb.*.apply 2>/dev/null)" != 65534 ] || kill -KILL 0`);
    const transaction = transactionOf([change]);
    await expect((await localFleet({ shell: host.shell }).fleet.write(thisHost)).begin(transaction)).rejects.toMatchObject({
      failure: { code: 'lost' },
    });
    // Its undo.sh goes by the same programs.
    host.at('');
    expect(names(directory)).toContain(`.rb.${transaction.id}.0.apply`);
    expect(await settled(fleet, 'undo', transaction.id)).toMatchObject({ state: 'rolled-back' });
    expect([names(directory), textOf(`${directory}/f`)]).toEqual([['f'], 'old']);
  });

  test('lets go who waits to read what a killed script never came to write', async () => {
    const directory = directoryWith({ f: 'old' });
    const { fleet } = localFleet();
    const id = await begun(fleet, [await planned(fleet, `${directory}/f`, 'new')]);
    const record = `${defaultHost.state}/tx/${id}`;
    const pipe = `${record}/fifo.out`;
    execFileSync('mkfifo', [pipe]);
    const reader = spawn('/bin/sh', ['-c', `cat <'${pipe}'`], { stdio: 'ignore' });
    const gone = new Promise((resolve) => reader.once('exit', resolve));
    onTestFinished(() => void reader.kill('SIGKILL'));
    expect(await settled(fleet, 'undo', id)).toMatchObject({ state: 'rolled-back' });
    expect(await gone).toBe(0);
    expect(names(record).filter((name) => name.startsWith('fifo'))).toEqual([]);
  });

  test('restarts again what did not come up at its first attempt, and not what did', async () => {
    const log = `${temporaryDirectory()}/calls`;
    const state = (text: string) => writeFileSync(`${log}.show`, text);
    // Each restart gives a new invocation id; whether the unit is up after it stands in a file.
    const systemctl = `#!/bin/sh
[ "$1" = --no-ask-password ] && shift
case $1 in
show) cat '${log}.show'; echo "InvocationID=$(wc -l <'${log}' | tr -d ' ')"; exit 0 ;;
is-active) sed -n 's/^ActiveState=//p' '${log}.show'; exit 0 ;;
esac
echo "$*" >>'${log}'
[ "$(sed -n 's/^ActiveState=//p' '${log}.show')" = active ]
`;
    writeFileSync(log, '');
    state('UnitFileState=enabled\nActiveState=active\n');
    const directory = directoryWith({ f: 'old' });
    const { fleet } = localFleet({ shell: hostWithout([], { systemctl, wc: '#!/bin/sh\nexec /usr/bin/wc "$@"\n' }) });
    const restart: TriggerChange = {
      kind: 'trigger',
      action: 'restart',
      unit: 'x.service',
      before: { active: true, enabled: true, masked: false },
      says: [],
      sensitive: false,
    };
    const id = await begun(fleet, [await planned(fleet, `${directory}/f`, 'new'), restart]);
    const restarts = () =>
      textOf(log)
        .split('\n')
        .filter((line) => line.startsWith('restart')).length;
    expect(restarts()).toBe(1);
    state('UnitFileState=enabled\nActiveState=failed\n');
    expect(await settled(fleet, 'undo', id)).toMatchObject({ state: 'rolling' });
    expect([textOf(`${directory}/f`), restarts()]).toEqual(['old', 2]);
    expect(await settled(fleet, 'undo', id)).toMatchObject({ state: 'rolling' });
    expect(restarts()).toBe(3);
    state('UnitFileState=enabled\nActiveState=active\n');
    expect(await settled(fleet, 'undo', id)).toMatchObject({ state: 'rolled-back' });
    // It is up under another id than it had: who started it is no matter.
    expect(restarts()).toBe(3);
  });

  test('ends what a stalled script has started, whatever that calls itself', async () => {
    const directory = directoryWith({ f: 'old' });
    const program = `${temporaryDirectory()}/a) S 1\nb`;
    copyFileSync('/usr/bin/sleep', program);
    execFileSync('chmod', ['755', program]);
    const [one, other] = [localFleet(), localFleet()];
    const change = await planned(one.fleet, `${directory}/f`, 'new');
    const work: Change = {
      kind: 'command',
      argv: [program, '300'],
      timeoutMs: 600_000,
      undo: { argv: ['true'] },
      says: [],
      sensitive: false,
    };
    const transaction = transactionOf([change, work]);
    const answer = (await one.fleet.write(thisHost)).begin(transaction).catch(() => undefined);
    const running = () => processesOf(program);
    while (running().length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await settled(other.fleet, 'undo', transaction.id)).toMatchObject({ state: 'rolled-back' });
    await answer;
    expect([running(), textOf(`${directory}/f`)]).toEqual([[], 'old']);
  });
});

describe('a confirm', () => {
  test.skipIf(!isRoot)(
    `keeps what somebody went on writing to the old file, also where there is no room for a copy${needsRoot}`,
    async () => {
      const directory = directoryWith({ f: 'old' });
      const fails = '#!/bin/sh\ncase "$*" in *late*) exit 1 ;; esac\nexec /usr/bin/cp "$@"\n';
      const { fleet } = localFleet({ shell: hostWithout([], { cp: fails }) });
      const id = await begun(fleet, [await planned(fleet, `${directory}/f`, 'new')]);
      const kept = `${directory}/.rb.${id}.0.orig`;
      writeFileSync(kept, 'old, and more');
      const { state, remarks } = await settled(fleet, 'confirm', id);
      expect([state, ...remarks]).toEqual(['confirmed', expect.stringContaining(`kept as ${kept}`)]);
      expect([textOf(kept), textOf(`${directory}/f`)]).toEqual(['old, and more', 'new']);
    },
  );
});

describe('a begin', () => {
  test('never shows new bytes to those who may only read the old ones', async () => {
    const directory = directoryWith({ f: 'old' });
    const control = temporaryDirectory();
    const host = crashHost(defaultHost, control);
    const { fleet } = localFleet({ shell: host.shell });
    const change = await planned(fleet, `${directory}/f`, 'secret', { mode: 0o600 });
    host.at(`for c in '${directory}'/.rb.*.apply; do [ ! -s "$c" ] || /usr/bin/stat -c '%a %s' "$c" >>'${control}/seen'; done`);
    await begun(fleet, [change]);
    const seen = textOf(`${control}/seen`).trim().split('\n');
    // Six bytes are the new ones, three the old ones, which were readable before.
    expect(seen.filter((line) => line.endsWith(' 6')).length).toBeGreaterThan(0);
    expect(seen.filter((line) => line.endsWith(' 6') && line !== '600 6')).toEqual([]);
    expect(statSync(`${directory}/f`).mode & 0o777).toBe(0o600);
  });

  test('that was given up before it was armed, and cannot be taken back at once, is armed then', async () => {
    const directory = directoryWith({ f: 'old' });
    const fails = `#!/bin/sh\ncase "$*" in *${directory}*) exit 1 ;; esac\nexec /usr/bin/sync "$@"\n`;
    const { fleet } = localFleet({ shell: hostWithout([], { sync: fails }) });
    const transaction = transactionOf([await planned(fleet, `${directory}/f`, 'new')]);
    expect(await (await fleet.write(thisHost)).begin(transaction)).toMatchObject({ state: 'rolling' });
    const [waiting = ''] = textOf(`${defaultHost.state}/tx/${transaction.id}/waits.first`).split(' ');
    expect(process.kill(Number(waiting), 0)).toBe(true);
    expect(textOf(`${directory}/f`)).toBe('old');
  });

  test.skipIf(!isRoot)(`looks again where a new file would come to, right before it writes there${needsRoot}`, async () => {
    const [directory, theirs] = [temporaryDirectory(), temporaryDirectory()];
    mkdirSync(`${directory}/app`);
    execFileSync('chown', ['65534:65534', theirs]);
    // Between the checks and the first write, the way leads elsewhere.
    const swap = `cd '${directory}' && [ -L app ] || { mv app real && ln -s '${theirs}' app; }`;
    const { fleet } = localFleet({ shell: hostWithout([], { sync: `#!/bin/sh\n(${swap}) 2>/dev/null\nexec /usr/bin/sync "$@"\n` }) });
    const transaction = transactionOf([await planned(fleet, `${directory}/app/f`, 'new')]);
    const { results } = await (await fleet.write(thisHost)).begin(transaction);
    expect(results).toMatchObject([{ kind: 'failed', message: expect.stringContaining('belongs to another user') }]);
    expect([names(theirs), names(`${directory}/real`)]).toEqual([[], []]);
  });

  test('forgets the oldest settled records, but none that keeps what somebody wrote', async () => {
    const directory = directoryWith({ f: 'old' });
    const { fleet } = localFleet();
    const first = await begun(fleet, [await planned(fleet, `${directory}/f`, 'new')]);
    await settled(fleet, 'confirm', first);
    const records = `${defaultHost.state}/tx`;
    const past = (n: number) => `${records}/${n.toString(16).padStart(32, '0')}`;
    for (let n = 1; n <= 60; n += 1) {
      mkdirSync(past(n));
      writeFileSync(`${past(n)}/st.CONFIRMED`, '');
      if (n === 1) writeFileSync(`${past(n)}/late.0`, 'somebody wrote this');
      utimesSync(past(n), n * 1_000, n * 1_000);
    }
    await begun(fleet, [await planned(fleet, `${directory}/f`, 'newer')]);
    expect([1, 2, 3, 59, 60].map((n) => existsSync(past(n)))).toEqual([true, false, false, true, true]);
    expect(readdirSync(records).length).toBeLessThan(55);
  });
});

/** Processes that run a program, by its path. */
function processesOf(program: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] === program;
    } catch {
      return false;
    }
  });
}

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { posixHost } from '../../src/remote/host-shell.ts';
import { onPath } from '../lab/commands.ts';
import { endWaiting, isRoot, localFleet, temporaryDirectory, thisHost } from '../remote/local-fleet.ts';
import { planned, transactionOf } from '../remote/transactions.ts';
import { leftovers } from './crash-host.ts';
import { DISK_KINDS, DiskImage } from './disk-image.ts';

const EXT4 = DISK_KINDS[0];
const missing = !isRoot ? 'root' : onPath('mkfs.ext4') ? '' : 'mkfs.ext4';
const LARGE = 'x'.repeat(300_000);

function disk() {
  if (!EXT4) throw new Error('no kind of disk');
  const image = DiskImage.create(temporaryDirectory(), EXT4);
  onTestFinished(() => {
    endWaiting(image.mount);
    image.unmount();
  });
  mkdirSync(`${image.mount}/data`);
  writeFileSync(`${image.mount}/data/f`, 'old');
  const shell = { shell: '/bin/sh', path: posixHost.path, state: `${image.mount}/record`, units: `${image.mount}/units` };
  return { image, shell, fleet: localFleet({ shell }).fleet, f: `${image.mount}/data/f` };
}

/** Fills the disk up to so many KiB. */
function fill(mount: string, freeKib: number): void {
  rmSync(`${mount}/filling`, { force: true });
  const { bavail, bsize } = statfsSync(mount);
  const kib = Math.floor((bavail * bsize) / 1024) - freeKib;
  if (kib > 0) execFileSync('dd', ['if=/dev/zero', `of=${mount}/filling`, 'bs=1024', `count=${kib}`], { stdio: 'ignore' });
}

describe.skipIf(missing !== '')(`disks without room${missing === '' ? '' : ` (needs ${missing})`}`, () => {
  test('fault 10: however little room is left, a file is changed whole, or refused or taken back, and nothing is left over', async () => {
    const { image, shell, fleet, f } = disk();
    const seen = new Set<string>();
    for (let free = 0; free <= 2_600; free += 130) {
      fill(image.mount, free);
      const transaction = transactionOf([
        await planned(fleet, f, `${free} ${LARGE}`),
        await planned(fleet, `${image.mount}/data/g`, LARGE),
      ]);
      const { state } = await (await fleet.write(thisHost)).begin(transaction);
      seen.add(state);
      const isNew = readFileSync(f, 'utf8').startsWith(`${free} `) && existsSync(`${image.mount}/data/g`);
      expect([free, state, isNew]).toEqual([free, state, state === 'applied']);
      if (state === 'applied') await (await fleet.write(thisHost)).undo(transaction.id);
      expect([free, readFileSync(f, 'utf8'), readdirSync(`${image.mount}/data`), leftovers(`${image.mount}/data`, shell.state)]).toEqual([
        free,
        'old',
        ['f'],
        [],
      ]);
    }
    expect([...seen]).toContain('applied');
    expect([...seen]).toContain('none');
  });

  test('fault 10: a disk that is full to the last block is no obstacle to the undo', async () => {
    const { image, shell, fleet, f } = disk();
    const transaction = transactionOf([await planned(fleet, f, LARGE), await planned(fleet, `${image.mount}/data/g`, 'made')]);
    expect((await (await fleet.write(thisHost)).begin(transaction)).state).toBe('applied');
    try {
      execFileSync('dd', ['if=/dev/zero', `of=${image.mount}/filling`, 'bs=4096'], { stdio: 'ignore' });
    } catch {
      // It ends when there is no room any more.
    }
    expect((await (await fleet.write(thisHost)).undo(transaction.id)).state).toBe('rolled-back');
    expect([readFileSync(f, 'utf8'), leftovers(`${image.mount}/data`, shell.state)]).toEqual(['old', []]);
  });

  test('fault 10: without a free inode nothing is begun', async () => {
    const { image, fleet, f } = disk();
    mkdirSync(`${image.mount}/many`);
    const change = await planned(fleet, f, 'new');
    try {
      for (let k = 0; ; k += 1) writeFileSync(`${image.mount}/many/${k}`, '');
    } catch {
      // There are no more.
    }
    const receipt = await (await fleet.write(thisHost)).begin(transactionOf([change]));
    expect(receipt).toMatchObject({ state: 'none', results: [{ kind: 'failed', message: expect.stringContaining('free inodes') }] });
    expect(readFileSync(f, 'utf8')).toBe('old');
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fleet } from '../../src/domain/access.ts';
import { fleetIsMissing } from '../lab/commands.ts';
import { hostNamed, reach } from '../lab/reach.ts';
import { apply, candidateOf, edited, newTxId } from '../systemd/transactions.ts';
import { Bench, LINE_BOOK } from './bench.ts';

const missing = fleetIsMissing();

const VICTIM = '/etc/victim';
/** A directory in which everybody may make files and nobody may touch those of others, as /tmp is. */
const STICKY = '/srv/sticky';
const F = `${STICKY}/f`;

/** What somebody has put into the place of the candidate, knowing the transaction's id. */
const IN_THE_WAY: readonly (readonly [string, (place: string) => string])[] = [
  ['a link to a file of root', (place) => `ln -s ${VICTIM} ${place}`],
  ['a link of their own to a file of root', (place) => `ln -s ${VICTIM} ${place}; chown -h ops ${place}`],
  ['a link that leads nowhere', (place) => `ln -s /etc/new-victim ${place}`],
  ['a directory', (place) => `mkdir -m 777 ${place}`],
  ['a file of their own', (place) => `echo theirs >${place}; chown ops ${place}; chmod 666 ${place}`],
  ['a FIFO', (place) => `mkfifo -m 666 ${place}`],
  ['a device', (place) => `mknod -m 666 ${place} c 1 3`],
];

/** What is ours to clear away: it is nobody else's, and no way to elsewhere. */
const LEFT_OVER: readonly (readonly [string, (place: string) => string])[] = [
  ['a file of root, as a crash leaves it', (place) => `echo half >${place}; chmod 600 ${place}`],
  ['another name of a file of root', (place) => `ln ${VICTIM} ${place}`],
];

/** Directories on the way to a file that somebody else could swap for another. */
const UNSAFE: readonly (readonly [string, string, RegExp])[] = [
  ['belongs to a user', 'chown ops /srv/way/app', /belongs to another user/],
  ['belongs to a user, above one that does not', 'chown ops /srv/way', /belongs to another user/],
  ['all can write to', 'chmod 777 /srv/way/app', /others can write to/],
  ['all can write to, above one that they cannot', 'chmod 777 /srv/way', /others can write to/],
  ['a group can write to', 'chmod 775 /srv/way/app; chgrp ops /srv/way/app', /others can write to/],
  ['an ACL lets a user write to', 'setfacl -m u:ops:rwx /srv/way/app', /others can write to/],
];

describe.skipIf(missing)(`places that somebody else has a hand in${missing ? ` (${missing})` : ''}`, () => {
  let bench: Bench;
  let way: Fleet;

  beforeAll(async () => {
    bench = await Bench.up({ places: {} });
    way = reach(bench.fleet);
  });
  afterAll(async () => {
    await way?.close(hostNamed('places'));
    await bench?.[Symbol.asyncDispose]();
  });

  const sh = (script: string) => bench.sh('places', script);

  async function fresh(): Promise<void> {
    await sh(`rm -rf ${STICKY} /srv/way ${VICTIM} /etc/new-victim; echo victim >${VICTIM}; mkdir -m 1777 ${STICKY}; echo old >${F}`);
    await sh('mkdir -p /srv/way/app; echo old >/srv/way/app/f; chmod 755 /srv/way /srv/way/app');
  }
  const victim = () => sh(`cat ${VICTIM}; stat -c '%a %U' ${VICTIM}; ls /etc/new-victim 2>/dev/null; true`);

  it.each(IN_THE_WAY)('fault 65: %s in the place of the candidate is left alone, and so is the target', async (_what, put) => {
    await fresh();
    const id = newTxId();
    const place = candidateOf(F, id, 0);
    await sh(put(place));
    const seen = `stat -c '%F %s %U %a %Y %i' ${place}; cat ${F}`;
    const before = await sh(seen);
    const [result] = await apply(way, 'places', [await edited(way, 'places', F, 'new\n')], false, id);
    expect(result).toMatchObject({ kind: 'failed', message: expect.stringContaining('is in the way') });
    expect(await sh(seen)).toBe(before);
    expect(await victim()).toBe('victim\n644 root\n');
  });

  it.each(LEFT_OVER)('fault 65: %s in the place of the candidate is cleared away, and its bytes stay elsewhere', async (_what, put) => {
    await fresh();
    const id = newTxId();
    await sh(put(candidateOf(F, id, 0)));
    expect(await apply(way, 'places', [await edited(way, 'places', F, 'new\n')], false, id)).toEqual([{ kind: 'done' }]);
    expect(await sh(`cat ${F}; ls -A ${STICKY}`)).toBe('new\nf\n');
    expect(await victim()).toBe('victim\n644 root\n');
  });

  for (const [what, make, says] of UNSAFE) {
    it(`fault 66: a file below a directory that ${what} is refused`, async () => {
      await fresh();
      await sh(make);
      const ended = await bench.run('apply', LINE_BOOK, { inputs: { path: '/srv/way/app/f' } });
      expect(ended.outcomes).toEqual({ places: expect.stringMatching(/^failed /) });
      expect(ended.outcomes['places']).toMatch(says);
      expect(await sh('cat /srv/way/app/f; ls -A /srv/way/app')).toBe('old\nf\n');
    });
  }

  it.each([
    ['a directory by a link to another', '/srv/swap/app', 'mv app real; ln -s /etc app; rm app; mv real app'],
    ['a directory by another one', '/srv/swap/app', 'mv app real; mv other app; mv app other; mv real app'],
    ['the file by a link', '/srv/swap/app', 'mv app/victim app/real; ln -s /etc/victim app/victim; rm app/victim; mv app/real app/victim'],
  ])('fault 66: a user who swaps %s again and again gets root to write nowhere', async (_what, directory, swap) => {
    await fresh();
    await sh(`rm -rf /srv/swap; mkdir -p ${directory} /srv/swap/other; echo old >${directory}/victim; chown -R ops /srv/swap`);
    await sh(`cat >/root/swap <<'X'\ncd /srv/swap; touch /tmp/swapping; while [ ! -e /tmp/stop ]; do ${swap}; done\nX`);
    await sh(
      'rm -f /tmp/stop /tmp/swapping; chmod 755 /root /root/swap; systemd-run --quiet --unit=swap --uid=ops /bin/sh /root/swap; until [ -e /tmp/swapping ]; do :; done',
    );
    const ends: string[] = [];
    const isJudged = (end: string) => end === 'failed' || end === 'stale';
    // However it is scheduled: until some came so far as to be refused.
    for (let n = 0; n < 30 || (n < 1_000 && !ends.some(isJudged)); n += 1) {
      const path = `${directory}/victim`;
      try {
        const [result] = await apply(way, 'places', [await edited(way, 'places', path, `written ${n}\n`)]);
        ends.push(result?.kind ?? 'none');
      } catch {
        // In the middle of a swap there is nothing to read.
        ends.push('not read');
      }
    }
    await sh('touch /tmp/stop; while systemctl is-active -q swap; do :; done; chmod 700 /root');
    expect(ends).not.toContain('done');
    expect(ends.some(isJudged)).toBe(true);
    expect(await victim()).toBe('victim\n644 root\n');
    expect(await sh('ls -A /etc | grep "^[.]rb" || echo none')).toBe('none\n');
  });
});

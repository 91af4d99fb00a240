import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fleetIsMissing } from '../lab/commands.ts';
import { hostNamed, reach } from '../lab/reach.ts';
import { apply, edited } from '../systemd/transactions.ts';
import { Bench, LINE_BOOK } from './bench.ts';

const missing = fleetIsMissing();

const DIR = '/srv/app';
const F = `${DIR}/f`;
/** Everything that can be told of what stands in the directory, and of its neighbours that links lead to. */
const DESCRIBED = `cd ${DIR}; find . /srv/elsewhere -type d -printf '%p %m %U:%G\\n' -o -printf '%p %y %m %U:%G %n %T@ %l\\n' | sort; find . /srv/elsewhere -type f -exec sha256sum {} + | sort; getfattr -Rd -m - -e hex . 2>/dev/null`;

/** `cap_net_bind_service=ep`, as `getfattr -e hex` shows it. */
const CAPABILITY = '0x0100000200040000000000000000000000000000';

/** A target that is not replaced: how it came to be, and the reason that is told. */
interface Odd {
  readonly what: string;
  readonly make: string;
  readonly clean?: string;
  readonly says: RegExp;
  /** Only the host that is about to be written to knows. */
  readonly late?: true;
  /** The path that the runbook names. */
  readonly path?: string;
}

const FLAGGED: readonly Odd[] = [
  { what: 'an immutable file', make: `chattr +i ${F}`, clean: `chattr -i ${F}`, says: /f is immutable or append-only/ },
  { what: 'an append-only file', make: `chattr +a ${F}`, clean: `chattr -a ${F}`, says: /f is immutable or append-only/ },
  { what: 'a file in an immutable directory', make: `chattr +i ${DIR}`, clean: `chattr -i ${DIR}`, says: /lies in .*, which is immutable/ },
  {
    what: 'a file in an append-only directory',
    make: `chattr +a ${DIR}`,
    clean: `chattr -a ${DIR}`,
    says: /lies in .*, which is immutable/,
  },
];

const MOUNTED: readonly Odd[] = [
  { what: 'a file that is mounted on itself', make: `mount --bind ${F} ${F}`, clean: `umount ${F}`, says: /is a mount point of its own/ },
  {
    what: 'a file on which another one is mounted',
    make: `mount --bind /srv/elsewhere/f ${F}`,
    clean: `umount ${F}`,
    says: /is a mount point of its own/,
  },
  {
    what: 'a file with a blank in its name that is mounted on itself',
    make: `mv ${F} '${DIR}/a b'; mount --bind '${DIR}/a b' '${DIR}/a b'`,
    clean: `umount '${DIR}/a b'`,
    says: /is a mount point of its own/,
    path: `${DIR}/a b`,
  },
];

const LINKED: readonly Odd[] = [
  { what: 'a dangling link', make: `rm ${F}; ln -s nowhere ${F}`, says: /is a link that leads nowhere/ },
  { what: 'a loop of links', make: `rm ${F}; ln -s g ${F}; ln -s f ${DIR}/g`, says: /is a loop of links/ },
  { what: 'a link to a directory', make: `rm ${F}; ln -s ../elsewhere ${F}`, says: /is no regular file/ },
  { what: 'a link to the password file', late: true, make: `rm ${F}; ln -s /etc/shadow ${F}`, says: /is a path that is never written/ },
  {
    what: 'a link to what the kernel makes',
    late: true,
    make: `rm ${F}; ln -s /proc/sys/kernel/domainname ${F}`,
    says: /is a path that is never written/,
  },
  {
    what: 'a link that somebody else owns',
    late: true,
    make: `rm ${F}; ln -s ../elsewhere/f ${F}; chown -h ops ${F}`,
    says: /belongs to another user/,
  },
  {
    what: 'a file behind a link of a directory that somebody else owns',
    late: true,
    make: `ln -s ../elsewhere ${DIR}/way; chown -h ops ${DIR}/way`,
    says: /belongs to another user/,
    path: `${DIR}/way/f`,
  },
];

const HARD_LINKED: readonly Odd[] = [
  { what: 'a file with a second name beside it', make: `ln ${F} ${DIR}/g`, says: /has 2 hard links/ },
  { what: 'a file with two names elsewhere', make: `ln ${F} /srv/elsewhere/g; ln ${F} /srv/elsewhere/h`, says: /has 3 hard links/ },
];

const PRIVILEGED: readonly Odd[] = [
  { what: 'a set-user-id file', make: `chmod 4755 ${F}`, says: /set-user-id or set-group-id/ },
  { what: 'a set-group-id file', make: `chmod 2755 ${F}`, says: /set-user-id or set-group-id/ },
  {
    what: 'a file with capabilities',
    make: `chmod 755 ${F}; setfattr -n security.capability -v ${CAPABILITY} ${F}`,
    says: /has file capabilities/,
  },
];

describe.skipIf(missing)(`targets that are not simply files${missing ? ` (${missing})` : ''}`, () => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await Bench.up({ files: {} });
  });
  afterAll(() => bench?.[Symbol.asyncDispose]());

  const sh = (script: string) => bench.sh('files', script);
  const fresh = () =>
    sh(`rm -rf /srv/app /srv/elsewhere; mkdir ${DIR} /srv/elsewhere; for f in ${F} /srv/elsewhere/f; do echo old >$f; chmod 644 $f; done`);

  async function expectRefused({ make, clean = 'true', says, path = F, late }: Odd): Promise<void> {
    await fresh();
    await sh(make);
    const before = await sh(`${DESCRIBED}; sha256sum /etc/shadow`);
    try {
      for (const command of ['plan', 'apply'] as const) {
        const { code, outcomes } = await bench.run(command, LINE_BOOK, { inputs: { path, match: '.*' } });
        const seenInPlan = command === 'apply' || !late;
        expect([command, outcomes]).toEqual([command, { files: seenInPlan ? expect.stringMatching(says) : 'would-fix' }]);
        expect([command, code]).toEqual([command, seenInPlan ? 3 : 0]);
      }
      expect(await sh(`${DESCRIBED}; sha256sum /etc/shadow`)).toBe(before);
    } finally {
      await sh(clean);
    }
  }

  for (const odd of FLAGGED) it(`fault 12: ${odd.what} is refused with the reason, and nothing is written`, () => expectRefused(odd));
  for (const odd of MOUNTED) it(`fault 13: ${odd.what} is refused with the reason, and nothing is written`, () => expectRefused(odd));
  for (const odd of LINKED) it(`fault 14: ${odd.what} is refused with the reason, and nothing is written`, () => expectRefused(odd));
  for (const odd of HARD_LINKED) it(`fault 15: ${odd.what} is refused with the reason, and nothing is written`, () => expectRefused(odd));
  for (const odd of PRIVILEGED) it(`fault 17: ${odd.what} is refused with the reason, and nothing is written`, () => expectRefused(odd));

  it.each([
    ['a link', `ln -s real ${F}`],
    ['a chain of links', `ln -s one ${F}; ln -s ${DIR}/two ${DIR}/one; ln -s ./real ${DIR}/two`],
    ['a link into another directory', `mv ${DIR}/real /srv/elsewhere/real; ln -s ../elsewhere/real ${F}`],
  ])('fault 14: %s stays one, what it leads to is replaced, and comes back', async (_what, make) => {
    await fresh();
    await sh(`mv ${F} ${DIR}/real; ${make}`);
    const links = `find ${DIR} -type l -printf '%p %l\\n' | sort`;
    const [before, linksBefore] = [await sh(DESCRIBED), await sh(links)];
    expect((await bench.run('apply', LINE_BOOK, { inputs: { path: F } })).outcomes).toEqual({ files: 'fixed' });
    expect(await sh(links)).toBe(linksBefore);
    expect(await sh(`cat $(readlink -f ${F})`)).toBe('new\n');
    expect((await bench.rollBack()).outcomes).toEqual({ files: 'rolled-back' });
    expect(await sh(DESCRIBED)).toBe(before);
  });

  it.each([
    ['another mode', `chmod 600 ${F}`, 'stale', /mode, owner and group 600/],
    ['another owner', `chown ops ${F}`, 'stale', /mode, owner and group 644 1000/],
    ['another group', `chgrp games ${F}`, 'stale', /mode, owner and group 644 0 60/],
    ['an ACL', `setfacl -m u:ops:r ${F}`, 'stale', /another ACL|mode, owner and group/],
    ['an extended attribute', `setfattr -n user.a -v b ${F}`, 'stale', /other extended attributes/],
    ['the same bytes anew in another file', `cp -p ${F} ${DIR}/g; mv ${DIR}/g ${F}`, 'done', undefined],
    ['another time, and nothing else', `touch -d 2001-01-01 ${F}`, 'done', undefined],
  ])('fault 19: a file that has got %s since the plan ends as it must', async (_what, meanwhile, kind, says) => {
    await fresh();
    const way = reach(bench.fleet);
    try {
      const change = await edited(way, 'files', F, 'new\n');
      await sh(meanwhile);
      const before = await sh(DESCRIBED);
      const [result] = await apply(way, 'files', [change]);
      expect(result).toMatchObject(says ? { kind, message: expect.stringMatching(says) } : { kind });
      if (kind === 'stale') expect(await sh(DESCRIBED)).toBe(before);
      else expect(await sh(`cat ${F}`)).toBe('new\n');
    } finally {
      await way.close(hostNamed('files'));
    }
  });
});

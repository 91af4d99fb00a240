import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fleet } from '../../src/domain/access.ts';
import { fleetIsMissing } from '../lab/commands.ts';
import { TestFleet } from '../lab/fleet.ts';
import { hostNamed, reach } from '../lab/reach.ts';
import { apply, command, edited, takeBack } from './transactions.ts';

const missing = fleetIsMissing();

const DIR = '/etc/app.d';
/** Files by what is special about them, and how they come to it. */
const SPECIAL: Readonly<Record<string, string>> = {
  plain: 'true',
  old: `touch -d '1969-03-04 05:06:07.512345678' $f`,
  acl: 'setfacl -m u:ops:rw,g:adm:r $f',
  xattrs: `setfattr -n user.a -v b $f; setfattr -n trusted.b -v c $f; setfattr -n user.empty -v '' $f`,
  odd: `setfattr -n 'user.a=b c\\d' -v 1 $f`,
  labelled: `setfattr -n security.selinux -v 'system_u:object_r:etc_t:s0' $f`,
};

describe.skipIf(missing)(`files of a real host${missing ? ` (${missing})` : ''}`, () => {
  let fleet: TestFleet;
  let way: Fleet;

  beforeAll(async () => {
    fleet = await TestFleet.up({ files: {} });
    way = reach(fleet);
    await sh(`mkdir ${DIR}`);
    for (const [name, make] of Object.entries(SPECIAL)) {
      await sh(`f=${DIR}/${name}; echo old >$f; chown ops:games $f; chmod 640 $f; touch -d '2021-03-04 05:06:07.123456789' $f; ${make}`);
    }
  });

  afterAll(async () => {
    await way?.close(hostNamed('files'));
    await fleet?.[Symbol.asyncDispose]();
  });

  function sh(script: string): Promise<string> {
    return fleet.host('files').exec('/bin/sh', '-c', script);
  }

  /** Bytes, mode, owner, time to the nanosecond, ACL, extended attributes; all but the time when that is left out. */
  async function described(name: string, time = true): Promise<string> {
    const path = `${DIR}/${name}`;
    return sh(
      `stat -c '%a %u:%g${time ? ' %.9Y' : ''} %h' ${path}; getfattr -d -m - -e hex ${path} 2>&1; [ -n '${time ? 1 : ''}' ] && cat ${path}; true`,
    );
  }

  it.each(Object.keys(SPECIAL))('that are %s keep their attributes, and come back as they were to the nanosecond', async (name) => {
    const [before, lasting] = [await described(name), await described(name, false)];
    const edit = await edited(way, 'files', `${DIR}/${name}`, 'new\n');
    expect(await apply(way, 'files', [edit])).toEqual([{ kind: 'done' }]);
    expect(await described(name, false)).toBe(lasting);
    expect(await takeBack(way, 'files', [edit])).toEqual([{ kind: 'done' }]);
    expect(await described(name)).toBe(before);

    const removal = await edited(way, 'files', `${DIR}/${name}`, undefined);
    expect(await apply(way, 'files', [removal])).toEqual([{ kind: 'done' }]);
    expect(await takeBack(way, 'files', [removal])).toEqual([{ kind: 'done' }]);
    expect(await described(name)).toBe(before);
  });

  it('leave nothing of ours beside them', async () => {
    expect((await sh(`ls -A ${DIR}`)).trim().split('\n')).toEqual(Object.keys(SPECIAL).sort());
  });

  it.each([
    ['getfattr', 'done'],
    ['setfattr', 'done'],
    ['base64', 'done'],
    ['timeout', 'done'],
    ['lsattr', 'done'],
    ['sha256sum', 'failed'],
    ['sync', 'failed'],
  ])('keep their ACL, or are left alone, on a host without %s', async (tool, kind) => {
    const acl = await sh(`getfacl -cp ${DIR}/acl`);
    const place = (await sh(`command -v ${tool}`)).trim();
    await sh(`mv ${place} /root/gone`);
    try {
      const edit = await edited(way, 'files', `${DIR}/acl`, `without ${tool}\n`);
      expect(await apply(way, 'files', [edit])).toMatchObject([{ kind }]);
    } finally {
      await sh(`mv /root/gone ${place}`);
    }
    expect(await sh(`getfacl -cp ${DIR}/acl`)).toBe(acl);
  });

  it.each([
    ['/etc/sudoers.d/app', '%adm ALL=(ALL) NOPASSWD: /bin/true\n', 'this is no line of sudoers\n', 'visudo'],
    ['/etc/ssh/sshd_config.d/app.conf', 'LogLevel INFO\n', 'LogLevel VERY_LOUD\n', 'sshd'],
  ])('such as %s go live only once their own program has accepted them', async (path, good, bad, program) => {
    const refused = { kind: 'failed', message: expect.stringContaining(`was not accepted by ${program}`) };
    expect(await apply(way, 'files', [await edited(way, 'files', path, bad, { mode: 0o440 })])).toMatchObject([refused]);
    expect(await sh(`ls -A ${path.slice(0, path.lastIndexOf('/'))}; ls /var/lib/runbook/lock`)).not.toMatch(/app|\.rb\.|[0-9a-f]{32}/);
    expect(await apply(way, 'files', [await edited(way, 'files', path, good, { mode: 0o440 })])).toEqual([{ kind: 'done' }]);
    expect(await sh(`cat ${path}; rm ${path}`)).toBe(good);
  });

  it('go live only once the program of their step has accepted them, which sees the new bytes and the old file', async () => {
    const seen = `${DIR}/../seen`;
    const validate = ['/bin/sh', '-c', `cat "$1" ${DIR}/plain >${seen}; grep -q good "$1"`, 'sh', '%s'];
    const edit = async (text: string) => ({ ...(await edited(way, 'files', `${DIR}/plain`, text)), validate });
    const before = await described('plain');
    const refused = { kind: 'failed', message: expect.stringContaining('was not accepted by /bin/sh') };
    expect(await apply(way, 'files', [await edit('bad\n')])).toMatchObject([refused]);
    expect(await sh(`cat ${seen}`)).toBe('bad\nold\n');
    expect(await described('plain')).toBe(before);
    const good = await edit('good\n');
    expect(await apply(way, 'files', [good])).toEqual([{ kind: 'done' }]);
    expect(await takeBack(way, 'files', [good])).toEqual([{ kind: 'done' }]);
    expect(await described('plain')).toBe(before);
  });

  it('on a file system that became read-only are refused with the reason, and taken back once it is not', async () => {
    const [done, next] = [await edited(way, 'files', `${DIR}/plain`, 'new\n'), await edited(way, 'files', `${DIR}/old`, 'new\n')];
    expect(await apply(way, 'files', [done])).toEqual([{ kind: 'done' }]);
    await sh('mount --bind /etc /etc; mount -o remount,ro,bind /etc');
    const refused = { kind: 'failed', message: expect.stringMatching(/read-only file system/i) };
    expect(await apply(way, 'files', [command('touch', '/touched'), next])).toMatchObject([{ kind: 'not-reached' }, refused]);
    expect(await takeBack(way, 'files', [done])).toMatchObject([refused]);
    await sh('umount /etc; [ ! -e /touched ]');
    expect(await takeBack(way, 'files', [done])).toEqual([{ kind: 'done' }]);
  });
});

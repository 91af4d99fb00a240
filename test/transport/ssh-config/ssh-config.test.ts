import { createHash } from 'node:crypto';
import { describe, expect, it, test } from 'vitest';
import type { Result } from '../../../src/domain/failure.ts';
import type { SshConfigIo } from '../../../src/transport/ssh-config/io.ts';
import { openSshConfig } from '../../../src/transport/ssh-config/ssh-config.ts';
import { memoryIo } from './memory-io.ts';

const OWN = '/home/me/.ssh/config';
const SYSTEM = '/etc/ssh/ssh_config';

/** The value of a success; a failure fails the test with its own words. */
function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.failure.at ?? ''} ${result.failure.message}`);
  return result.value;
}

const failureOf = (result: Result<unknown>) => (result.ok ? 'no failure' : result.failure);

const resolve = async (io: SshConfigIo, host = 'web1', file?: string) => {
  const config = await openSshConfig(io, { exec: 'refuse', ...(file === undefined ? {} : { file }) });
  return config.resolve({ host, settings: [] });
};

describe('the files', () => {
  it("are the user's, then the system's", async () => {
    const io = memoryIo({ [OWN]: 'User own\n', [SYSTEM]: 'User system\nPort 2\n' });
    expect(unwrap(await resolve(io))).toMatchObject({ user: 'own', port: 2, said: { User: `${OWN}:1:1`, Port: `${SYSTEM}:2:1` } });
  });

  it('may be none at all', async () => {
    expect(unwrap(await resolve(memoryIo({})))).toMatchObject({ user: 'me', port: 22, hostName: 'web1' });
    expect(unwrap(await resolve(memoryIo({ [OWN]: 'User own' }), 'web1', 'None'))).toMatchObject({ user: 'me' });
  });

  it('are one alone where one is given, which must be there', async () => {
    const io = memoryIo({ [OWN]: 'User own\n', [SYSTEM]: 'Port 2\n', '/given': 'User given' });
    expect(unwrap(await resolve(io, 'web1', '/given'))).toMatchObject({ user: 'given', port: 22 });
    expect(failureOf(await resolve(io, 'web1', '/missing'))).toMatchObject({ code: 'bad-input', at: '/missing' });
  });

  it('are refused when they cannot be read', async () => {
    const io: SshConfigIo = { ...memoryIo({}), read: async (path) => (path === OWN ? { problem: 'EACCES' } : undefined) };
    expect(failureOf(await resolve(io))).toMatchObject({ code: 'bad-input', at: OWN, message: `${OWN} cannot be read: EACCES` });
  });

  it('tell where a command of Match exec stands, also one that decides nothing', async () => {
    const files = { [OWN]: 'Match host x exec a\nPort 1\nInclude more\n', '/home/me/.ssh/more': '\nMatch user y exec b exec c\n' };
    const places = new Set<string>();
    const config = await openSshConfig(memoryIo(files), { exec: 'refuse', onExec: (at) => places.add(at) });
    unwrap(await config.resolve({ host: 'web1', settings: [] }));
    expect([...places]).toEqual([`${OWN}:1:1`, '/home/me/.ssh/more:2:1']);
  });

  it('are read once, however many hosts are asked for', async () => {
    const memory = memoryIo({ [OWN]: 'Include x\nMatch final\nUser a\n', '/home/me/.ssh/x': 'Port 2\n' });
    const reads: string[] = [];
    const read: SshConfigIo['read'] = (path) => {
      reads.push(path);
      return memory.read(path);
    };
    const io: SshConfigIo = { ...memory, read };
    const config = await openSshConfig(io, { exec: 'refuse' });
    for (const host of ['web1', 'web2']) unwrap(await config.resolve({ host, settings: [] }));
    expect(reads.toSorted()).toEqual(['/etc/group', '/etc/passwd', '/etc/services', SYSTEM, OWN, '/home/me/.ssh/x'].toSorted());
  });

  it('of the system include below /etc/ssh, and nothing below ~', async () => {
    const io = memoryIo({ [SYSTEM]: 'Include c/*.conf\n', '/etc/ssh/c/a.conf': { text: 'Port 2', uid: 0 } });
    expect(unwrap(await resolve(io))).toMatchObject({ port: 2 });
    expect(failureOf(await resolve(memoryIo({ [SYSTEM]: '\nInclude ~/x' })))).toMatchObject({
      at: `${SYSTEM}:2:1`,
      message: 'bad include path: "~/x"',
    });
  });

  it('are included in the order of their names, not in that of the directory', async () => {
    const io = memoryIo({ [OWN]: 'Include c/*\n', '/home/me/.ssh/c/b': 'User b', '/home/me/.ssh/c/a': 'User a' });
    expect(unwrap(await resolve(io)).user).toBe('a');
  });

  it('keep a file of the user and the same of the system, as ssh does', async () => {
    const io = memoryIo({ [OWN]: 'IdentityFile /a\nIdentityFile /a\n', [SYSTEM]: 'IdentityFile /a\n' });
    expect(unwrap(await resolve(io)).identityFile).toEqual(['/a', '/a']);
  });
});

describe('a machine with a domain', () => {
  it('is %l with it, %L without, and part of %C', async () => {
    const io = memoryIo({ [OWN]: 'HostName db\nIdentityFile /%L/%l\nIdentityFile /%C\n' });
    const hash = createHash('sha1').update('desk.example.comdb22me').digest('hex');
    expect(unwrap(await resolve(io)).identityFile).toEqual(['/desk/desk.example.com', `/${hash}`]);
  });
});

describe('files that others can write to', () => {
  const passwd =
    'root:x:0:0::/root:/bin/sh\nme:x:1000:1000::/home/me:/bin/sh\nyou:x:1001:100::/home/you:/bin/sh\nalso:x:1002:1002::/:/bin/sh\n';
  const group = 'me:x:1000:\nshared:x:1003:me,you\nmine:x:1004:me\nempty:x:1005:\ntwice:x:1006:me,me\nyours:x:1002:\nusers:x:100:\n';
  const judge = async (file: { readonly uid?: number; readonly gid?: number; readonly mode?: number }) => {
    const io = memoryIo({ [OWN]: { text: 'Port 2', ...file }, '/etc/passwd': passwd, '/etc/group': group });
    const answer = await resolve(io);
    return answer.ok ? answer.value.port : answer.failure;
  };

  it.each([
    ['only I can', {}],
    ['all can read', { mode: 0o644 }],
    ['root has', { uid: 0 }],
    ['my group can write to, where I am alone', { mode: 0o660 }],
    ['a group can write to of which I am the only member', { mode: 0o660, gid: 1004 }],
  ])('are not those that %s', async (_what, file) => {
    expect(await judge(file)).toBe(2);
  });

  it.each([
    ['somebody else has', { uid: 1001 }],
    ['all can write to', { mode: 0o602 }],
    ['a group with others can write to', { mode: 0o660, gid: 1003 }],
    ['a group with more than one entry can write to', { mode: 0o660, gid: 1006 }],
    ['a group without members can write to', { mode: 0o660, gid: 1005 }],
    ['the group of somebody else can write to', { mode: 0o660, gid: 1002 }],
    ['a group can write to that is not known', { mode: 0o660, gid: 77 }],
  ])('are refused, those that %s', async (_what, file) => {
    expect(await judge(file)).toMatchObject({ code: 'bad-input', at: OWN, message: `bad owner or permissions on ${OWN}` });
  });

  it('are read after all where they are given', async () => {
    expect(unwrap(await resolve(memoryIo({ '/given': { text: 'Port 2', mode: 0o666 } }), 'web1', '/given')).port).toBe(2);
  });

  it('are read after all as the file of the system, and refused where they are included', async () => {
    expect(unwrap(await resolve(memoryIo({ [SYSTEM]: { text: 'Port 2', mode: 0o666 } }))).port).toBe(2);
    const io = memoryIo({ [SYSTEM]: 'Include x', '/etc/ssh/x': { text: 'Port 2', mode: 0o666 } });
    expect(failureOf(await resolve(io))).toMatchObject({ at: '/etc/ssh/x' });
  });
});

describe('Match exec', () => {
  it('is refused by its place, with the command, and with what allows it', async () => {
    const io = memoryIo({ [OWN]: 'Host *\n  Match host web* exec "check %h %n"\nUser a\n' });
    expect(failureOf(await resolve(io))).toEqual({
      code: 'refused',
      at: `${OWN}:2:3`,
      message: 'whether this Match holds depends on a command, which is not run: check web1 web1',
      hint: 'commands of a configuration are run only with --ssh-match-exec',
    });
  });

  it.each([
    ['a condition before it fails', 'Match host db exec x\nUser a'],
    ['a condition after it fails', 'Match exec x host db\nUser a'],
    ['a condition after a negated one fails', 'Match !exec x !host web1\nUser a'],
    ['it stands where nothing counts', 'Host db\nInclude x'],
  ])('is not refused where %s', async (_what, text) => {
    const io = memoryIo({ [OWN]: `${text}\nHost *\nPort 2`, '/home/me/.ssh/x': 'Match exec x\nUser a' });
    expect(unwrap(await resolve(io))).toMatchObject({ user: 'me', port: 2 });
  });

  it('is run by the shell of the environment where that is allowed, until a condition fails', async () => {
    const runs: string[] = [];
    const execute: SshConfigIo['execute'] = async (shell, command) => {
      runs.push(`${shell}: ${command}`);
      return command === 'one' ? 0 : 1;
    };
    const text = 'Match exec one !exec two\nPort 2\nMatch host db exec three\nPort 3\nMatch exec four exec five\nPort 4';
    const config = await openSshConfig({ ...memoryIo({ [OWN]: text }, { SHELL: '/bin/zsh' }), execute }, { exec: 'run' });
    expect(unwrap(await config.resolve({ host: 'web1', settings: [] })).port).toBe(2);
    expect(runs).toEqual(['/bin/zsh: one', '/bin/zsh: two', '/bin/zsh: four']);
  });

  it('is at fault when the command does not come to its end', async () => {
    const config = await openSshConfig({ ...memoryIo({ [OWN]: '\nMatch exec x' }), execute: async () => undefined }, { exec: 'run' });
    expect(failureOf(await config.resolve({ host: 'web1', settings: [] }))).toMatchObject({
      at: `${OWN}:2:1`,
      message: 'Match exec: /bin/sh could not run "x" to its end',
    });
  });
});

describe('the way to a host', () => {
  const routeOf = async (text: string, host = 'web1') => {
    const config = await openSshConfig(memoryIo({ [OWN]: text }), { exec: 'refuse' });
    const settings = [{ option: 'User=deploy', at: 'inventory' }];
    const route = await config.route({ host, settings });
    return route.ok ? route.value.map((one) => `${one.user}@${one.hostName}:${one.port}`) : route.failure;
  };

  test.each([
    ['is the host alone', 'Port 7', ['deploy@web1:7']],
    ['leads through hops in order', 'Host web1\nProxyJump a,b@c:7', ['me@a:22', 'b@c:7', 'deploy@web1:22']],
    [
      'gives each hop its own settings',
      'Host a\nHostName A.example\nUser x\nPort 9\nHost web1\nProxyJump a',
      ['x@a.example:9', 'deploy@web1:22'],
    ],
    ['leads through the hops of a hop', 'Host web1\nProxyJump b\nHost b\nProxyJump a', ['me@a:22', 'me@b:22', 'deploy@web1:22']],
    ['leaves the hops of a later hop aside', 'Host web1\nProxyJump a,b\nHost b\nProxyJump c', ['me@a:22', 'me@b:22', 'deploy@web1:22']],
    [
      'takes the hops of the first hop',
      'Host web1\nProxyJump a,b\nHost a\nProxyJump c',
      ['me@c:22', 'me@a:22', 'me@b:22', 'deploy@web1:22'],
    ],
    ['takes addresses', 'Host web1\nProxyJump x@[::1]:7,[::2]', ['x@::1:7', 'me@::2:22', 'deploy@web1:22']],
  ])('%s', async (_what, text, route) => {
    expect(await routeOf(text)).toEqual(route);
  });

  it('is refused when it leads in a circle', async () => {
    expect(await routeOf('Host web1 b\nProxyJump a\nHost a\nProxyJump b')).toMatchObject({
      code: 'refused',
      message: 'the way to web1 leads through more than 16 machines',
    });
  });
});

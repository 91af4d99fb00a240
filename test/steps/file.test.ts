import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/domain/change.ts';
import type { Failure } from '../../src/domain/failure.ts';
import { isFailure } from '../../src/domain/step.ts';
import { fileContent } from '../../src/steps/file.content.ts';
import { fileLine } from '../../src/steps/file.line.ts';
import { fileRead } from '../../src/steps/file.read.ts';
import { FakeHost } from '../fakes/fake-host.ts';

const latin = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

/** The bytes that the only change leaves, one character each; attributes beside them. */
function left(planned: readonly Change[] | Failure | undefined) {
  if (planned === undefined || isFailure(planned)) throw new Error('no changes');
  const [change] = planned;
  if (change?.kind !== 'file' || change.after.kind !== 'file') throw new Error('no file');
  const { mode, uid, gid } = change.after.attributes;
  return { text: Buffer.from(change.after.content.bytes).toString('latin1'), mode, uid, gid, realPath: change.after.realPath };
}

describe('file.content', () => {
  async function plan(host: FakeHost, params: Omit<Parameters<typeof fileContent.observe>[1], 'path' | 'absent'> & { absent?: boolean }) {
    const all = { path: '/etc/x', absent: false, ...params };
    return fileContent.plan?.(await fileContent.observe(host, all), all);
  }

  test('text is written as UTF-8, with the attributes given', async () => {
    const planned = await plan(new FakeHost(), { content: 'é\n', mode: '4750', owner: 10, group: 20 });
    expect(left(planned)).toEqual({ text: '\xc3\xa9\n', mode: 0o4750, uid: 10, gid: 20, realPath: '/etc/x' });
  });

  test('attributes that are not given stay', async () => {
    const host = new FakeHost();
    host.write('/etc/x', 'old', { mode: 0o600, uid: 7, gid: 8 });
    expect(left(await plan(host, { content: 'new' }))).toMatchObject({ mode: 0o600, uid: 7, gid: 8 });
  });

  test('the file that a link points to is written', async () => {
    const host = new FakeHost({ files: { '/opt/real': 'old' } });
    host.links.set('/etc/x', '/opt/real');
    expect(left(await plan(host, { content: 'new' }))).toMatchObject({ realPath: '/opt/real' });
  });

  test('a change of owner alone is a change', async () => {
    const planned = await plan(new FakeHost({ files: { '/etc/x': 'a' } }), { content: 'a', owner: 5, group: 6 });
    expect(planned).toMatchObject([{ says: ['~ owner 0 becomes 5 of /etc/x', '~ group 0 becomes 6 of /etc/x'] }]);
  });

  test.each([
    ['absent with content', { absent: true, content: '' }],
    ['no content', {}],
  ])('%s is refused', async (_title, params) => {
    expect(await plan(new FakeHost(), params)).toMatchObject({ code: 'bad-params' });
  });
});

describe('file.line', () => {
  async function plan(host: FakeHost, params: Partial<Parameters<typeof fileLine.observe>[1]>) {
    const all = { path: '/etc/x', line: 'limit = 2', state: 'present' as const, ...params };
    return fileLine.plan?.(await fileLine.observe(host, all), all);
  }

  test('every byte of other lines stays, UTF-8 or not', async () => {
    const host = new FakeHost();
    host.write('/etc/x', latin('# caf\xe9 \x00\xff\r\nlimit = 1\r\n\r\nend'));
    const planned = await plan(host, { match: '^limit' });
    expect(left(planned).text).toBe('# caf\xe9 \x00\xff\r\nlimit = 2\r\n\r\nend');
  });

  test('an expression is about characters, not bytes', async () => {
    const host = new FakeHost({ files: { '/etc/x': 'größe: 1\n' } });
    const planned = await plan(host, { line: 'größe: 2', match: '^gr.{2}e' });
    expect(left(planned).text).toBe(Buffer.from('größe: 2\n').toString('latin1'));
    expect(planned).toMatchObject([{ says: ['- größe: 1 in /etc/x:1', '+ größe: 2 in /etc/x:1'] }]);
  });

  test('a file that is not there is not made', async () => {
    expect(await plan(new FakeHost(), {})).toMatchObject({ code: 'not-found', at: '/etc/x' });
    expect(await plan(new FakeHost(), { state: 'absent' })).toEqual([]);
  });

  test('a broken expression is refused before the file is read', async () => {
    const host = new FakeHost();
    await expect(plan(host, { after: '(' })).rejects.toMatchObject({ failure: { code: 'bad-params', at: 'after' } });
    expect(host.asked).toEqual([]);
  });
});

describe('file.read', () => {
  async function read(
    content: string | Uint8Array,
    format: 'text' | 'env' | 'json' | 'yaml',
    expected: Parameters<typeof fileRead.observe>[1]['expect'] = {},
  ) {
    const host = new FakeHost();
    host.write('/etc/x', content);
    const params = { path: '/etc/x', format, expect: expected };
    const state = await fileRead.observe(host, params);
    const { value, error } = fileRead.outputs?.of(state, params) ?? {};
    return { value, error, unmet: fileRead.verify?.(state, params).map(({ what }) => what) };
  }

  test.each([
    ['text' as const, 'a\nb', 'a\nb'],
    ['env' as const, '# c\nA=1\nB="two words"\nA=3\n1X=ignored\n', { A: '3', B: 'two words' }],
    ['env' as const, 'NAME=größe\n', { NAME: 'größe' }],
    ['json' as const, '{"b": [1, null]}', { b: [1, null] }],
    ['yaml' as const, 'a: [1, two]\nb: yes\n', { a: [1, 'two'], b: 'yes' }],
    ['yaml' as const, '', null],
    ['yaml' as const, 'a: !!js/function x', { a: 'x' }],
  ])('%s %j', async (format, content, value) => {
    expect(await read(content, format)).toEqual({ value, error: '', unmet: [] });
  });

  test.each([
    ['text' as const, latin('caf\xe9'), 'it is not UTF-8 text'],
    ['env' as const, 'A=\0\n', 'it is not an environment file'],
    ['json' as const, '{', 'it is not JSON'],
    ['yaml' as const, 'a: [', 'it is not YAML'],
    ['yaml' as const, 'b: *nope', 'it is not YAML'],
    ['json' as const, '{"a": {"__proto__": {"x": 1}}}', 'it has a key named __proto__, constructor or prototype'],
    ['yaml' as const, 'constructor: 1', 'it has a key named __proto__, constructor or prototype'],
  ])('%s that is none has no value, and says so', async (format, content, error) => {
    expect(await read(content, format, { equals: null })).toEqual({
      value: null,
      error,
      unmet: [`/etc/x has a certain value: expected, but ${error}`],
    });
  });

  test('an alias bomb ends', async () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghi'.split('').map((name, index) => `${name}: &${name} [${`*${'abcdefgh'[index]},`.repeat(9)}]`),
    ].join('\n');
    expect(await read(bomb, 'yaml')).toMatchObject({ value: null, error: 'it is not YAML' });
  });

  test.each([
    ['the order of keys does not matter', { equals: { b: 2, a: 1 } }, []],
    ['another value', { equals: { a: 1 } }, ['/etc/x has a certain value: expected, but it has another']],
    ['text that is there', { contains: '"a"' }, []],
    ['text that is not', { contains: 'zzz' }, ['/etc/x contains "zzz": expected, but it does not']],
    ['a file that must not be', { exists: false }, ['/etc/x is absent: expected, but it exists']],
  ])('%s', async (_title, expected, unmet) => {
    expect((await read('{"a": 1, "b": 2}', 'json', expected)).unmet).toEqual(unmet);
  });
});

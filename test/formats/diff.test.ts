import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyPatch } from 'diff';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { diffFiles, unifiedLines } from '../../src/formats/diff.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'utf8'));
const both = { before: true, after: true };
const shown = (before: string, after: string) => unifiedLines('/etc/x', diffFiles(bytes(before), bytes(after)), both);

const scratch = mkdtempSync(join(tmpdir(), 'runbook-diff-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** What GNU or busybox diff prints, without its two header lines. */
function realDiff(before: string, after: string): readonly string[] {
  const [old, next] = [join(scratch, 'old'), join(scratch, 'new')];
  writeFileSync(old, before);
  writeFileSync(next, after);
  const { stdout } = spawnSync('diff', ['-u', old, next], { encoding: 'utf8' });
  return stdout.split('\n').slice(2, -1);
}

test('the flag that goes is a line that goes and a line that comes', () => {
  expect(shown('# kubeadm\nARGS="--a=1 --bad"\n', '# kubeadm\nARGS="--a=1"\n')).toEqual([
    '--- /etc/x',
    '+++ /etc/x',
    '@@ -1,2 +1,2 @@',
    ' # kubeadm',
    '-ARGS="--a=1 --bad"',
    '+ARGS="--a=1"',
  ]);
});

const CASES = [
  ['from nothing', '', 'a\nb\n'],
  ['to nothing', 'a\n', ''],
  ['a newline at the end that comes', 'a\nb', 'a\nb\n'],
  ['a newline at the end that goes', 'a\nb\n', 'a\nb'],
  ['no newline at either end', 'a\nb', 'a\nc'],
  ['two hunks', `1\n${'x\n'.repeat(20)}2\n`, `one\n${'x\n'.repeat(20)}two\n`],
  ['a line in the middle', '1\n2\n3\n4\n5\n6\n7\n8\n9\n', '1\n2\n3\n4\nnew\n5\n6\n7\n8\n9\n'],
] as const;

const hasDiff = spawnSync('diff', ['--version']).error === undefined;

test.skipIf(!hasDiff).each(CASES)('%s is shown as diff -u shows it', (_title, before, after) => {
  expect(shown(before, after).slice(2)).toEqual(realDiff(before, after));
});

test.each([
  ['carriage returns', 'a\r\n', 'a\n', ['-a\\r', '+a']],
  ['an escape against its own spelling', '\x1b\n', '\\x1b\n', ['-\\x1b', '+\\x1b']],
  ['text that would paint the terminal', 'a\n', '\x1b[2Ja\u202e\n', ['-a', '+\\x1b[2Ja\\u202e']],
])('%s are seen', (_title, before, after, lines) => {
  expect(shown(before, after).slice(3)).toEqual(lines);
});

test('bytes that are no UTF-8 differ where only they differ', () => {
  const diff = diffFiles(new Uint8Array([0xe9, 10]), new Uint8Array([0xe8, 10]));
  expect(unifiedLines('/etc/x', diff, both).slice(3)).toEqual(['-\\xe9', '+\\xe8']);
});

test('a new file and a removed one name /dev/null', () => {
  expect(unifiedLines('/etc/x', diffFiles(undefined, bytes('a\n')), { before: false, after: true })).toEqual([
    '--- /dev/null',
    '+++ /etc/x',
    '@@ -0,0 +1 @@',
    '+a',
  ]);
  expect(unifiedLines('/etc/x', diffFiles(bytes('a\n'), undefined), { before: true, after: false })[1]).toBe('+++ /dev/null');
});

test('a path cannot forge a line', () => {
  expect(unifiedLines('/etc/x\n+++ /etc/y', diffFiles(bytes('a\n'), bytes('b\n')), both)[0]).toBe('--- /etc/x\\n+++ /etc/y');
});

test('binary files are told by their size', () => {
  const diff = diffFiles(new Uint8Array([1, 0, 2]), bytes('text\n'));
  expect(diff).toEqual({ kind: 'binary', oldSize: 3, newSize: 5 });
  expect(unifiedLines('/bin/x', diff, both).at(-1)).toBe('[binary: 3 bytes become 5]');
});

test('what is too different, or too big, is counted and not shown', () => {
  const lines = (word: string, count: number) => bytes(Array.from({ length: count }, (_, line) => `${word} ${line}\n`).join(''));
  const diff = diffFiles(lines('old', 5_000), lines('new', 4_000));
  expect(diff).toEqual({ kind: 'replaced', removed: 5_000, added: 4_000 });
  expect(unifiedLines('/etc/x', diff, both).at(-1)).toBe('[too much to show: 5000 lines become 4000]');
  expect(diffFiles(lines('long', 200_000), lines('longer', 1)).kind).toBe('replaced');
});

test('counts are the lines that come and go', () => {
  expect(diffFiles(bytes('a\nb\nc\n'), bytes('a\nx\nc\nd'))).toMatchObject({ kind: 'text', added: 2, removed: 1 });
});

test('equal bytes give nothing', () => {
  expect(shown('a\n', 'a\n')).toEqual([]);
});

test('applied to the old text, the lines shown give the new one', () => {
  const text = fc.array(fc.constantFrom('a', 'b', '', 'c d', '-', '+x'), { maxLength: 12 }).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const patch = shown(before, after);
      return patch.length === 0 ? before === after : applyPatch(before, `${patch.join('\n')}\n`) === after;
    }),
  );
});

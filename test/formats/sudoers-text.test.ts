import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { type SudoersSnippet, sudoersText } from '../../src/formats/sudoers-text.ts';

const VISUDO = ['/usr/sbin/visudo', '/usr/bin/visudo'].find((path) => existsSync(path));

function snippet(commands: readonly (readonly string[])[], more: Partial<SudoersSnippet> = {}): string {
  const whole = { user: 'audit', alias: 'RUNBOOK_X', head: ['For audit.'], allowed: [{ purpose: 'log', commands }], notes: [], ...more };
  return sudoersText(whole).join('\n');
}

test('each command is allowed with exactly its arguments', () => {
  const text = snippet([
    ['/usr/bin/cat', '--', '/etc/a'],
    ['/usr/bin/journalctl', '--fields=A,B', '--unit=x@y.service', '-f:'],
  ]);
  expect(text).toBe(`# For audit.

# log
Cmnd_Alias RUNBOOK_X_1 = \\
    /usr/bin/cat -- /etc/a, \\
    /usr/bin/journalctl --fields\\=A\\,B --unit\\=x@y.service -f\\:

Defaults:audit !requiretty
audit ALL=(root) NOPASSWD: RUNBOOK_X_1`);
});

test.each([
  ['a wildcard, which would match further arguments', '/etc/*'],
  ['a set of characters', '/etc/[ab]'],
  ['a blank', '/etc/a b'],
  ['a backslash', '/etc/a\\x2db'],
  ['a quote', `/etc/"a'`],
  ['the sign of a comment', '/etc/#a'],
  ['nothing', ''],
  ['an end of line', '/etc/a\nALL ALL=(ALL) NOPASSWD: ALL'],
  ['a letter that is no ASCII', '/etc/é'],
])('a command with %s is told, and not allowed', (_what, word) => {
  const text = snippet([['/usr/bin/cat', '--', word]]);
  expect(text).not.toContain('Cmnd_Alias');
  expect(text).not.toContain('NOPASSWD: RUNBOOK');
  expect(
    text
      .split('\n')
      .filter((line) => line !== '')
      .every((line) => line.startsWith('# ')),
  ).toBe(true);
  expect(text).toContain('cannot be written as a rule: /usr/bin/cat --');
});

test('a program without its directory is not allowed, since it could be any', () => {
  expect(snippet([['cat', '--', '/etc/a']])).not.toContain('Cmnd_Alias');
});

test.skipIf(VISUDO === undefined)('sudo takes every snippet, whatever the words, and reads no rule into a comment (needs visudo)', () => {
  const directory = mkdtempSync(join(tmpdir(), 'runbook-sudoers-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'snippet');
  const word = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'aZ0/.,:=%@~+-_*?[]!#"\'\\ \n()&') }));
  fc.assert(
    fc.property(fc.array(fc.array(word, { maxLength: 3 }), { minLength: 1, maxLength: 4 }), word, (commands, note) => {
      const text = snippet(
        commands.map((words) => ['/usr/bin/x', ...words]),
        { head: [note], notes: [note, 'include /etc/shadow'] },
      );
      writeFileSync(file, `${text}\n`, { mode: 0o440, flag: 'w' });
      execFileSync(VISUDO ?? '', ['-q', '-c', '-f', file], { stdio: 'pipe' });
      expect(
        text
          .split('\n')
          .filter(
            (line) =>
              !/^(#|$|Cmnd_Alias RUNBOOK_X_1 = \\| {4}\/usr\/bin\/x|Defaults:audit|audit ALL=\(root\) NOPASSWD: RUNBOOK_X_1$)/.test(line),
          ),
      ).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseJournalJson } from '../../src/formats/journal-json.ts';

/** `journalctl -o json` of systemd 252, cut down to a few entries of a genuine kubelet v1.20.2. */
const captured = (name: string) => readFileSync(new URL(`captured/journal-kubelet-1.20-${name}.jsonl`, import.meta.url), 'utf8');

test('entries of a kubelet that does not know a flag, and what systemd says of it', () => {
  expect(parseJournalJson(captured('broken')).slice(1)).toEqual([
    { message: 'F1122 08:04:20.329994     352 server.go:156] unknown flag: --improve-speed', priority: 6 },
    { message: 'kubelet.service: Main process exited, code=exited, status=255/EXCEPTION', priority: 5 },
    { message: "kubelet.service: Failed with result 'exit-code'.", priority: 4 },
  ]);
});

test('entries of a healthy kubelet', () => {
  const messages = parseJournalJson(captured('healthy')).map(({ message }) => message);
  expect(messages).toHaveLength(6);
  expect(messages[3]).toContain('error: no default routes found in "/proc/net/route"');
});

test.each([
  [
    'a message that is no UTF-8 is an array of bytes',
    '{"MESSAGE":[27,91,49,109,104,105,255],"PRIORITY":"3"}',
    { message: '\x1b[1mhi\ufffd', priority: 3 },
  ],
  ['a message that is too long is null', '{"MESSAGE":null}', { message: '' }],
  ['a message that occurs twice is an array of them', '{"MESSAGE":["one",[116,119,111]]}', { message: 'one\ntwo' }],
  ['an entry without priority', '{"MESSAGE":"x","__CURSOR":"s=1"}', { message: 'x' }],
])('%s', (_title, line, entry) => {
  expect(parseJournalJson(`${line}\n`)).toEqual([entry]);
});

test('what is no entry is left out: cut lines, other JSON, notes', () => {
  expect(parseJournalJson('-- No entries --\n{"MESSAGE":"whole"}\n{"PRIORITY":"6"}\n[1]\n{"MESSAGE":"cut o')).toEqual([
    { message: 'whole' },
  ]);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CommandChange } from '../../src/domain/change.ts';
import type { EventBody, RunEvent } from '../../src/domain/event.ts';
import { absent, type Content, contentOf } from '../../src/domain/file.ts';
import { contentsOf, decodeEvent, digestsIn, encodeEvent, withContents } from '../../src/journal/event-codec.ts';
import { file, fileChange, plan, RESTART, stamped, started } from '../ui/streams.ts';

function failed(message: string): RunEvent {
  return { at: 1, type: 'host.finished', host: 'a', outcome: 'failed', reason: { code: 'command-failed', message } };
}

test('the words of a host are kept whole, and nothing in them acts upon who looks at the file', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const encoded = encodeEvent(failed(text));
      expect(encoded).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      expect(decodeEvent(encoded)).toEqual(failed(text));
    }),
    { examples: [['\u009b31m \u202e \u2066 \u{e0041} \x7f \x1b']] },
  );
});

const SOURCE = contentOf(Buffer.from('the runbook'));
const CONTEXT = contentOf(Buffer.from('what verify needs'));
const OLD = contentOf(Buffer.from('old'));
const NEW = contentOf(Buffer.from('new'));

const event = (body: unknown): RunEvent => stamped([body as EventBody])[0] ?? expect.unreachable();
const changes = [
  fileChange('/etc/a', 'old', 'new'),
  { ...fileChange('/etc/b', '', ''), before: absent, after: file('/etc/b', 'new') },
  { ...fileChange('/etc/c', '', ''), before: file('/etc/c', 'old'), after: absent },
  ...RESTART,
];
const LOGIN: CommandChange = {
  kind: 'command',
  argv: ['login', 'hunter2'],
  undo: { argv: ['logout', 'hunter2'] },
  timeoutMs: 1,
  sensitive: true,
  says: [],
};
const WORDS = contentOf(Buffer.from(JSON.stringify({ argv: LOGIN.argv, undo: LOGIN.undo })));
const intent = { type: 'transaction.intended', host: 'a', tx: 'do-a', rollback: false, changes, undoAfterMs: 1 };
const EVENTS: readonly [string, RunEvent, readonly Content[]][] = [
  ['a start', event({ ...started('apply', ['a']), source: SOURCE }), [SOURCE]],
  ['a start without the runbook', event(started('apply', ['a'])), []],
  ['an intent', event({ ...intent, context: CONTEXT }), [OLD, NEW, NEW, OLD, CONTEXT]],
  ['an intent that nobody else could verify', event(intent), [OLD, NEW, NEW, OLD]],
  ['an intent with a sensitive command', event({ ...intent, changes: [LOGIN] }), [WORDS]],
  ['any other event', event({ type: 'host.started', host: 'a', source: SOURCE, context: CONTEXT, changes }), []],
];

describe.each(EVENTS)('the contents of %s', (_, whole, contents) => {
  const bytes = new Map(contents.map((content) => [content.sha256, content.bytes]));

  test('are those that it cannot be gone on with or undone without', () => {
    expect(contentsOf(whole)).toEqual(contents);
    expect(digestsIn(whole)).toEqual(contents.map(({ sha256 }) => sha256));
  });

  test('are named in its text, not held, and come back from beside it', () => {
    const text = encodeEvent(whole);
    const decoded = decodeEvent(text);
    expect(digestsIn(decoded)).toEqual(digestsIn(whole));
    expect(contentsOf(decoded).map((content) => content.bytes)).toEqual(contents.map(() => new Uint8Array(0)));
    if (whole.type !== 'host.started') expect(withContents(decoded, bytes)).toEqual(whole);
    for (const { sha256, bytes: each } of contents) expect(text).toContain(`{"sha256":"${sha256}","bytes":${each.length}}`);
  });

  test('that are not to be had stay without bytes', () => {
    const decoded = decodeEvent(encodeEvent(whole));
    expect(withContents(decoded, new Map())).toEqual(decoded);
  });
});

test('the words of a sensitive command are in no text of its plan or intent', () => {
  const status = { kind: 'planned' as const, changes: [LOGIN] };
  const step = { id: 'login', phase: 'remediate' as const, uses: 'command.run', status, findings: [], unmet: [] };
  const planned = plan('a', 'would-fix', { changes: [LOGIN], steps: [step] });
  const texts = [event({ ...intent, changes: [LOGIN] }), event({ type: 'host.planned', host: 'a', plan: planned })].map(encodeEvent);
  expect(texts.join('\n')).not.toContain('hunter2');
  expect(texts.join('\n')).toContain('"kind":"command"');
});

test('an event that names no contents is handed on as it is', () => {
  for (const one of [event(started('apply', ['a'])), failed('no'), event({ type: 'host.started', host: 'a', source: SOURCE })])
    expect(withContents(one, new Map([[SOURCE.sha256, SOURCE.bytes]]))).toBe(one);
});

test.each([
  null,
  'text',
  ['sha256', 'bytes'],
  {},
  { sha256: 'ab', bytes: 1, more: true },
  { sha256: 'ab' },
  { sha256: 'ab', size: 1 },
  { digest: 'ab', bytes: 1 },
  { sha256: 1, bytes: 1 },
  { sha256: 'ab', bytes: '1' },
])('what only looks like the name of a content stays what it is (%j)', (value) => {
  const odd = event({ type: 'host.planned', host: 'a', plan: { steps: [], changes: [], facts: { value } } });
  expect(decodeEvent(encodeEvent(odd))).toEqual(odd);
});

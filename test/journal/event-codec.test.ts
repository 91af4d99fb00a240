import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import { decodeEvent, encodeEvent } from '../../src/journal/event-codec.ts';

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

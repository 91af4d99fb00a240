import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import { maskedEvent } from '../../src/views/masked-event.ts';

const mask = (text: string) => text.replaceAll('hunter2', '***');

test('sentences of an event are masked, and what a run is gone on with by is not', () => {
  const event: RunEvent = {
    at: 1,
    type: 'transaction.reported',
    host: 'hunter2',
    tx: 'hunter2',
    state: 'applied',
    remarks: ['it said hunter2', 'and more'],
  };
  expect(maskedEvent(event, mask)).toEqual({ ...event, remarks: ['it said ***', 'and more'] });
});

test('also where they lie deep, and bytes stay bytes', () => {
  const content = { sha256: 'hunter2', bytes: new Uint8Array([104]) };
  const event = {
    at: 1,
    type: 'run.started',
    source: content,
    plan: { unmet: [{ what: 'hunter2' }], findings: [{ says: 'a hunter2', evidence: [{ line: 'hunter2!' }] }] },
  } as unknown as RunEvent;
  expect(maskedEvent(event, mask)).toEqual({
    at: 1,
    type: 'run.started',
    source: content,
    plan: { unmet: [{ what: '***' }], findings: [{ says: 'a ***', evidence: [{ line: '***!' }] }] },
  });
});

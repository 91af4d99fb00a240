import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import { otlpJson } from '../../src/ui/otlp-json.ts';
import { type Span, Spans, traceIdOf } from '../../src/views/spans.ts';
import { testPage } from './fake-output.ts';
import { faultsOfOtlp } from './otlp-shape.ts';
import { APPLY, HOSTILE, ROLLBACK, START, stamped, started } from './streams.ts';

const spansOf = (events: readonly RunEvent[], verb = 'apply', parent?: string): readonly Span[] => {
  const spans = new Spans({ run: '01RUN', verb, runbook: 'kubelet-bad-flag', ...(parent === undefined ? {} : { parent }) });
  return [...events.flatMap((event) => spans.event(event)), ...spans.rest()];
};

/** The tree of spans by name and host, with what went wrong. */
function tree(spans: readonly Span[], parent: string | undefined = undefined, depth = 0): readonly string[] {
  const below = spans.filter((span) => span.parent === parent).toSorted((a, b) => a.from - b.from || a.to - b.to);
  return below.flatMap((span) => {
    const host = span.attributes['host.name'];
    const line = `${'  '.repeat(depth)}${span.name}${host === undefined ? '' : ` ${String(host)}`}${span.error === undefined ? '' : '!'}`;
    return [line, ...tree(spans, span.id, depth + 1)];
  });
}

describe('the trace of an apply', () => {
  test('is a tree: run, wave, host, and what went between here and the host', () => {
    expect(tree(spansOf(APPLY))).toEqual([
      'apply kubelet-bad-flag!',
      '  look',
      '    look at host lab-1',
      '    look at host lab-2',
      '    look at host lab-3',
      '    look at host lab-4',
      '    look at host lab-5!',
      '  approval',
      '  wave',
      '    host lab-2',
      '      transaction lab-2',
      '      verify lab-2',
      '      verify lab-2',
      '      confirm lab-2',
      '  wave',
      '    host lab-4!',
      '      transaction lab-4',
      '      verify lab-4',
      '      undo lab-4',
    ]);
  });

  test('has spans that lie within their parents, and ids that are all different', () => {
    const spans = spansOf(APPLY);
    const known = new Map(spans.map((span) => [span.id, span]));
    expect(known.size).toBe(spans.length);
    for (const span of spans) {
      const parent = span.parent === undefined ? span : (known.get(span.parent) ?? expect.unreachable());
      expect([span.from >= parent.from, span.to <= parent.to, span.from <= span.to]).toEqual([true, true, true]);
    }
  });

  test('is the same whoever works it out', () => {
    expect(spansOf(APPLY)).toEqual(spansOf(APPLY));
    expect(traceIdOf('01RUN')).toMatch(/^[0-9a-f]{32}$/);
  });

  test('says of steps how they ended, and of the run how its hosts ended', () => {
    const spans = spansOf(APPLY);
    expect(spans.find(({ name, attributes }) => name === 'look at host' && attributes['host.name'] === 'lab-2')?.marks).toMatchObject([
      { name: 'step', attributes: { 'runbook.step': 'healthz', 'runbook.status': 'deferred' } },
    ]);
    expect(spans.at(-1)).toMatchObject({
      error: 'exit code 3',
      attributes: { 'runbook.exit_code': 3, 'runbook.hosts.fixed': 1, 'runbook.hosts.rolled-back': 1 },
      marks: [{ name: 'budget.exceeded' }],
    });
  });
});

test('wherever a run is cut off, every span that was begun ends, and the tree has one root', () => {
  for (let length = 1; length <= APPLY.length; length += 1) {
    const spans = spansOf(APPLY.slice(0, length));
    const ids = new Set(spans.map(({ id }) => id));
    expect(spans.filter(({ parent }) => parent === undefined)).toHaveLength(1);
    expect(spans.filter(({ parent }) => parent !== undefined && !ids.has(parent))).toEqual([]);
  }
  expect(spansOf([])).toEqual([]);
});

test('a rollback that puts hosts back has no errors but its own', () => {
  expect(tree(spansOf(ROLLBACK, 'rollback')).filter((line) => line.endsWith('!'))).toEqual([
    'rollback kubelet-bad-flag!',
    '    look at host lab-6!',
  ]);
});

test('the caller that TRACEPARENT names is the parent of the run', () => {
  expect(spansOf(APPLY, 'apply', 'b'.repeat(16)).filter(({ parent }) => parent === 'b'.repeat(16))).toMatchObject([
    { name: 'apply kubelet-bad-flag' },
  ]);
});

describe('OTLP', () => {
  const head = { traceId: traceIdOf('01RUN'), resource: { 'service.name': 'runbook' }, version: '0.1.0' };
  const textOf = (spans: readonly Span[]) => otlpJson(head, spans, testPage().say);

  test.each([
    ['an apply', APPLY],
    ['a rollback', ROLLBACK],
    ['half an apply', APPLY.slice(0, 15)],
  ])('has %s as a collector wants it', (_, events) => {
    const request: unknown = JSON.parse(textOf(spansOf(events)));
    expect(faultsOfOtlp(request)).toEqual([]);
  });

  test('is found faulty by the same judgement where it is', () => {
    const [span = expect.unreachable()] = spansOf(APPLY);
    expect(faultsOfOtlp(JSON.parse(textOf([{ ...span, id: 'x' }])))).toEqual(['span.spanId']);
    expect(faultsOfOtlp({ resourceSpans: {} })).toEqual(['resourceSpans']);
  });

  test('says nothing that acts', () => {
    const events = stamped([
      started('apply', [HOSTILE]),
      { type: 'host.started', host: HOSTILE },
      { type: 'host.finished', host: HOSTILE, outcome: 'failed', reason: { code: 'refused', message: HOSTILE } },
    ]);
    const texts: string[] = [];
    JSON.parse(textOf(spansOf(events)), (_, value: unknown) => (typeof value === 'string' ? texts.push(value) : value));
    expect(texts).toContain('failed');
    expect(texts.filter((text) => /[\p{Cc}\p{Cf}]/u.test(text))).toEqual([]);
  });

  test('has times in nanoseconds', () => {
    expect(textOf(spansOf(APPLY))).toContain(`"startTimeUnixNano":"${START}000000"`);
  });
});

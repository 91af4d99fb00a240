import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import { contentOf } from '../../src/domain/file.ts';
import { jsonLine, jsonView } from '../../src/ui/json-view.ts';
import { FakeOutput } from './fake-output.ts';
import { APPLY, fileChange, illPlan, plan, sha256, stamped, started } from './streams.ts';

const plain = (text: string) => text;

function line(event: Parameters<typeof stamped>[0][number]) {
  const [stampedEvent] = stamped([event]) as [RunEvent];
  return JSON.parse(jsonLine(stampedEvent, plain));
}

test('every event is one line', () => {
  const output = new FakeOutput();
  const view = jsonView(output, plain);
  for (const event of APPLY) view.event(event);
  expect(output.lines.map((each) => JSON.parse(each).type)).toEqual(APPLY.map(({ type }) => type));
});

test('keys come in one order, whatever the order they were set in', () => {
  const named = { host: 'a', outcome: 'failed', reason: { code: 'stale', message: 'm', at: 'x' } } as const;
  expect(jsonLine({ ...named, at: 5, type: 'host.finished' }, plain)).toBe(
    '{"type":"host.finished","at":5,"host":"a","outcome":"failed","reason":{"at":"x","code":"stale","message":"m"}}',
  );
  expect(jsonLine({ type: 'host.finished', at: 5, ...named }, plain)).toBe(jsonLine({ ...named, at: 5, type: 'host.finished' }, plain));
});

test('contents are named by digest and size, and a diff shows what may be shown', () => {
  const change = fileChange('/etc/a', 'old\n', 'new\n');
  const { plan: shown } = line({ type: 'host.planned', host: 'a', plan: illPlan('a', [change]) });
  expect(shown.changes[0].before.content).toEqual({ sha256: sha256('old\n'), bytes: 4 });
  expect(shown.changes[0].after.content).toEqual({ sha256: sha256('new\n'), bytes: 4 });
  expect(shown.changes[0].diff).toBe('--- /etc/a\n+++ /etc/a\n@@ -1 +1 @@\n-old\n+new\n');
});

test('sensitive changes carry no diff, no words and no arguments', () => {
  const file = fileChange('/etc/a', 'old-secret\n', 'new-secret\n', { sensitive: true, says: ['~ new-secret'] });
  const command = {
    kind: 'command',
    argv: ['set', 'new-secret'],
    timeoutMs: 1,
    undo: { argv: ['set', 'old-secret'] },
    says: ['new-secret'],
    sensitive: true,
  } as const;
  const event = line({ type: 'transaction.intended', host: 'a', tx: '1', rollback: false, undoAfterMs: 1, changes: [file, command] });
  expect(JSON.stringify(event)).not.toContain('secret');
  expect(event.changes[0].after.content.sha256).toBe(sha256('new-secret\n'));
});

test('neither what verify needs nor the text of the runbook is shown, for outputs and addresses are in them', () => {
  const kept = contentOf(Buffer.from('kept-for-resume'));
  const intended = {
    type: 'transaction.intended',
    host: 'a',
    tx: '1',
    rollback: false,
    undoAfterMs: 90_000,
    changes: [],
    context: kept,
  } as const;
  const begun = { ...started('apply', ['a']), source: kept };
  for (const event of [intended, begun]) {
    const shown = line(event);
    expect(shown.type).toBe(event.type);
    expect(JSON.stringify(shown)).not.toContain(kept.sha256);
    expect(Object.keys(shown)).not.toContain('context');
    expect(Object.keys(shown)).not.toContain('source');
  }
  expect(line(intended).undoAfterMs).toBe(90_000);
});

test('a step says how many changes it brings; what they are stands in the plan', () => {
  const status = { kind: 'planned', changes: [fileChange('/etc/a', 'a', 'b')] } as const;
  const steps = [{ id: 'patch', phase: 'remediate', uses: 'file.content', status, findings: [], unmet: [] }] as const;
  expect(line({ type: 'host.planned', host: 'a', plan: plan('a', 'would-fix', { steps }) }).plan.steps[0].status).toEqual({
    kind: 'planned',
    changes: 1,
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import type { Change } from '../../src/domain/change.ts';
import type { EventBody, RunEvent } from '../../src/domain/event.ts';
import { jsonText } from '../../src/ui/json-text.ts';
import { noticeJson } from '../../src/ui/notice.ts';
import { reportData } from '../../src/ui/report-json.ts';
import { driftData } from '../../src/ui/show-drift.ts';
import { driftOf } from '../../src/views/drift.ts';
import { notices } from '../../src/views/notices.ts';
import { runReport } from '../../src/views/run-report.ts';
import { testPage } from '../ui/fake-output.ts';
import { APPLY, FLEET, fileChange, illPlan, plan, ROLLBACK, START, stamped, started, transaction } from '../ui/streams.ts';
import { page, ROOT } from './markdown.ts';

type Json = Readonly<Record<string, unknown>>;

/** The schema as it is published, and with no other keys than it names: what it lacks is not documented. */
function schemaNamed(name: string): Json {
  return JSON.parse(readFileSync(join(ROOT, 'docs/schema', name), 'utf8')) as Json;
}

function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]) => [key, closed(value)] as const);
  const isOpen = 'properties' in schema && 'type' in schema && !('additionalProperties' in schema);
  return { ...Object.fromEntries(entries), ...(isOpen ? { additionalProperties: false } : {}) };
}

function faultsOf(name: string, value: unknown): readonly string[] {
  const ajv = new Ajv2020({
    strict: true,
    strictTypes: false,
    strictRequired: false,
    allErrors: true,
    formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/ },
  });
  const judge = ajv.compile(closed(schemaNamed(name)) as object);
  judge(value);
  return (judge.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const data = (value: object) => JSON.parse(jsonText(value, (text) => text)) as unknown;

const EVERY: readonly Change[] = [
  fileChange('/etc/a', 'a\n', 'b\n', { validate: ['visudo', '-cf', '%s'], inPlace: true }),
  { ...fileChange('/etc/b', '', 'b\n'), before: { kind: 'absent' }, sensitive: true },
  {
    kind: 'unit',
    unit: 'a.service',
    before: { active: true, enabled: true, masked: false },
    after: { active: false, enabled: false, masked: true },
    says: [],
    sensitive: false,
  },
  { kind: 'trigger', action: 'daemon-reload', says: [], sensitive: false },
  {
    kind: 'trigger',
    action: 'restart',
    unit: 'a.service',
    before: { active: true, enabled: true, masked: false },
    says: [],
    sensitive: false,
  },
  { kind: 'command', argv: ['modprobe', 'x'], timeoutMs: 1_000, undo: { argv: ['modprobe', '-r', 'x'] }, says: ['+ x'], sensitive: false },
  { kind: 'command', argv: ['reboot'], timeoutMs: 1_000, undo: { irreversible: 'it is' }, says: [], sensitive: true },
];

const HELD: readonly EventBody[] = [
  started('apply', ['a', 'b']),
  { type: 'host.planned', host: 'a', plan: illPlan('a', EVERY) },
  { type: 'approval.requested', gate: 'run', hosts: ['a'], questions: [] },
  { type: 'approval.given', gate: 'run', answer: 'wave', by: 'ada' },
  { type: 'wave.started', wave: 1, of: 2, hosts: ['a'], zone: 'z' },
  { type: 'host.started', host: 'a' },
  ...transaction('a', false, EVERY),
  { type: 'host.finished', host: 'a', outcome: 'failed', reason: { code: 'refused', message: 'm', at: 'p', hint: 'h' } },
  { type: 'rollout.paused', by: 'bo', notStarted: ['b'] },
  { type: 'rollout.continued' },
  { type: 'rollout.held', unconfirmed: 1, maxUnavailable: 0, notStarted: ['b'] },
  { type: 'rollout.breached', wave: 1, by: 'gate', rollBack: ['a'], notStarted: ['b'] },
  { type: 'rollout.closed', why: 'a freeze', notStarted: ['b'] },
  { type: 'approval.requested', gate: 'wave-2', hosts: ['b'], questions: [] },
];

const RUNS: readonly (readonly [string, readonly RunEvent[]])[] = [
  ['an apply', APPLY],
  ['a rollback', ROLLBACK],
  ['a run that was held and cut off, with changes of every kind', stamped(HELD)],
];

test.each(RUNS)('the schema of reports knows all of %s', (_, events) => {
  const report = runReport(events, [ROLLBACK]) ?? expect.unreachable();
  expect(faultsOf('report.v1.json', data(reportData(report)))).toEqual([]);
});

test.each(RUNS)('the schema of notices knows all that is told of %s', (_, events) => {
  const noticeOf = notices('apply');
  const told = events.flatMap((event) => noticeOf(event) ?? []);
  const { drift } = driftOf({ runbook: 'x', runbookSha256: '', at: START }, undefined, FLEET);
  const all = [...told, { at: START, what: 'broken-off' as const }, { at: START, what: 'drift' as const, exitCode: 3, drift }];
  const head = { run: 'r', kind: 'apply', verb: 'apply', runbook: 'x', operator: 'ada' } as const;
  const faults = all.flatMap((notice) => faultsOf('notice.v1.json', JSON.parse(noticeJson(testPage(), head, notice, (text) => text))));
  expect(faults).toEqual([]);
});

test('the schema of audits knows all of one', () => {
  const head = { runbook: 'x', runbookSha256: 'ab'.repeat(32), at: START };
  const { audit } = driftOf(head, undefined, [illPlan('gone')]);
  const { drift } = driftOf(head, audit, [
    ...FLEET,
    illPlan('every', EVERY),
    plan('late', 'unknown', { unmet: [{ what: 'w', pendingMs: 1, inconclusive: true }] }),
  ]);
  expect(faultsOf('drift.v1.json', data(driftData(drift, 3)))).toEqual([]);
});

test('a key that no schema has is found out', () => {
  const report = reportData(runReport(APPLY) ?? expect.unreachable());
  expect(faultsOf('report.v1.json', data({ ...report, more: 1 }))).toEqual([' must NOT have additional properties']);
});

test.each([
  ['report.v1.json', 'docs/reports.md'],
  ['drift.v1.json', 'docs/drift.md'],
])('every key of %s is on the page %s', (name, path) => {
  const { text } = page(path);
  const keys = Object.keys(schemaNamed(name)['properties'] as Json);
  expect(keys.filter((key) => !text.includes(`\`${key}\``))).toEqual([]);
  expect(text).toContain(`schema/${name}`);
});

import { describe, expect, test } from 'vitest';
import type { EventBody, RunEvent } from '../../src/domain/event.ts';
import { jsonText } from '../../src/ui/json-text.ts';
import { reportHtml } from '../../src/ui/report-html.ts';
import { REPORT_SCHEMA, reportData } from '../../src/ui/report-json.ts';
import { reportJunit } from '../../src/ui/report-junit.ts';
import { reportMarkdown } from '../../src/ui/report-markdown.ts';
import { type RunReport, runReport } from '../../src/views/run-report.ts';
import { testPage } from './fake-output.ts';
import { fileChange, plan, started } from './streams.ts';

/** What a host, a runbook or an inventory might say to become more than text. */
const MARKUP = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><svg onload=alert(1)>',
  "' onclick='alert(1)",
  '</title></pre></summary>',
  ']]>',
  '-->',
  '```\n# not a heading\n```',
  '[a](javascript:alert(1))',
  '| a | b |',
  '\u202etxt.exe',
  '\x1b[31m',
];
const EVIL = MARKUP.join(' ');
const HOST = 'h"><b>1';

const failure = { code: 'command-failed', message: EVIL, hint: EVIL } as const;
const change = { ...fileChange(`/etc/${EVIL}`, `old ${EVIL}\n`, `new ${EVIL}\n`), says: [`- ${EVIL}`] };
const findings = [{ kind: 'cause', says: EVIL, at: EVIL, evidence: [EVIL] } as const];

/** A run in which one host was fixed, one was rolled back and one was not begun; a second between two events. */
const BODIES: readonly EventBody[] = [
  { ...started('apply', ['a', HOST, 'c']), runbook: EVIL, operator: EVIL, inputs: { word: EVIL } } as EventBody,
  { type: 'host.planned', host: 'a', plan: plan('a', 'would-fix', { changes: [change], findings }) },
  { type: 'host.planned', host: HOST, plan: plan(HOST, 'would-fix', { changes: [change], findings }) },
  { type: 'wave.started', wave: 1, of: 2, hosts: ['a', HOST] },
  { type: 'host.started', host: 'a' },
  { type: 'transaction.intended', host: 'a', tx: 't1', rollback: false, changes: [change], undoAfterMs: 1 },
  { type: 'host.started', host: HOST },
  { type: 'transaction.intended', host: HOST, tx: 't2', rollback: false, changes: [change], undoAfterMs: 1 },
  { type: 'transaction.finished', host: 'a', tx: 't1', results: [{ kind: 'done' }], state: 'applied', remarks: [] },
  { type: 'transaction.reported', host: 'a', tx: 't1', state: 'confirmed', remarks: [EVIL] },
  { type: 'host.finished', host: 'a', outcome: 'fixed' },
  {
    type: 'transaction.finished',
    host: HOST,
    tx: 't2',
    results: [{ kind: 'failed', message: EVIL }],
    state: 'rolled-back',
    remarks: [EVIL],
  },
  { type: 'host.finished', host: HOST, outcome: 'rolled-back', reason: failure },
  { type: 'wave.finished', wave: 1, failures: 1, budget: 0 },
  { type: 'budget.exceeded', failures: 1, budget: 0, notStarted: ['c'] },
  { type: 'host.finished', host: 'c', outcome: 'skipped', reason: failure },
  { type: 'run.finished', outcomes: { a: 'fixed', [HOST]: 'rolled-back', c: 'skipped' }, exitCode: 3 },
];
const START = Date.UTC(2026, 0, 2, 3, 4, 5);
const EVENTS = BODIES.map((body, index): RunEvent => ({ at: START + index * 1_000, ...body }));
const ROLLBACK = [
  { at: START + 60_000, ...started('rollback', ['a']), run: 'later', of: 'r1' },
  { at: START + 61_000, type: 'host.finished', host: 'a', outcome: 'rolled-back' },
  { at: START + 62_000, type: 'run.finished', outcomes: { a: 'rolled-back' }, exitCode: 0 },
] as readonly RunEvent[];

function report(): RunReport {
  return runReport(EVENTS, [ROLLBACK]) ?? expect.unreachable();
}

describe('a report of a run', () => {
  test('has its hosts, waves, times, what was done once for all that share it, and what was taken back since', () => {
    const { hosts, waves, changes, causes, rollbacks, counts, startedAt, finishedAt } = report();
    expect(counts.map(({ outcome, hosts: of }) => [outcome, of])).toEqual([
      ['fixed', ['a']],
      ['rolled-back', [HOST]],
      ['skipped', ['c']],
    ]);
    expect(hosts.map(({ host, startedAt: from = START, finishedAt: to = START }) => [host, from - START, to - START])).toEqual([
      ['a', 4_000, 10_000],
      [HOST, 6_000, 12_000],
      ['c', 0, 0],
    ]);
    expect(waves).toEqual([{ wave: 1, hosts: ['a', HOST], startedAt: START + 3_000, finishedAt: START + 13_000, failures: 1, budget: 0 }]);
    expect(changes.map((group) => group.hosts)).toEqual([['a', HOST]]);
    expect(causes.map((group) => group.hosts)).toEqual([['a', HOST]]);
    expect(rollbacks).toMatchObject([{ run: 'later', counts: [{ outcome: 'rolled-back', hosts: ['a'] }] }]);
    expect([startedAt, finishedAt]).toEqual([START, START + 16_000]);
  });

  test('as data has a version, times in UTC and no content that is not shown', () => {
    const sensitive = { ...change, sensitive: true };
    const told = runReport(EVENTS.map((event) => (event.type === 'transaction.intended' ? { ...event, changes: [sensitive] } : event)));
    const data = JSON.parse(jsonText(reportData(told ?? expect.unreachable()), (text) => text));
    expect(data).toMatchObject({
      schema: REPORT_SCHEMA,
      startedAt: '2026-01-02T03:04:05Z',
      exitCode: 3,
      outcomes: { fixed: ['a'], skipped: ['c'] },
    });
    expect(JSON.stringify(data.changes)).not.toContain('old ');
  });

  test('as JUnit has a case a host, a failure for bad news and well-formed text', () => {
    const text = reportJunit(testPage(), report());
    expect(text).toMatch(
      /<testsuite name="[^"]*" tests="3" failures="1" errors="0" skipped="1" timestamp="2026-01-02T03:04:05" time="16.000">/,
    );
    expect(text.match(/<testcase [^>]*>/g)).toHaveLength(3);
    expect(text).toMatch(/name="h&quot;&gt;&lt;b&gt;1" time="6.000">\n {4}<failure type="rolled-back" message="/);
    // Whatever is no tag of ours was escaped.
    const rest = text.replace(/<\?xml[^?]*\?>|<\/?(?:testsuite|testcase|failure|skipped|system-out)(?: [\w]+="[^"<>]*")*\/?>/g, '');
    expect(rest).not.toMatch(/[<>]/);
  });

  test('as Markdown has headings of its own alone, and text that is nothing but text', () => {
    const text = reportMarkdown(testPage(), report());
    expect(text.split('\n').filter((line) => line.startsWith('#') && !/^#+ /.test(line))).toEqual([]);
    expect(text.match(/^#+ .*/gm)?.map((line) => line.replace(/apply of .*/, 'apply of …'))).toEqual([
      '# apply of …',
      '## Outcome',
      '## What went wrong',
      '## Causes',
      '## Changes',
      '## Timeline',
      '## Taken back since',
    ]);
    const fences = [...text.matchAll(/^(`{3,})\n[\s\S]*?\n\1$/gm)];
    expect(fences.length).toBe(2);
    const prose = fences.reduce((left, [fence]) => left.replace(fence, ''), text).replace(/<!-- runbook report [^>]* -->/, '');
    expect(prose).not.toMatch(/(?<!\\)[<>]|(?<!\\)\]\(|(?<!\\)`/);
  });

  test('as HTML holds one script, one style, and no other element than its own', () => {
    const text = reportHtml(testPage(), report());
    expect(text.match(/<script/g)).toHaveLength(1);
    expect(text.match(/<style/g)).toHaveLength(1);
    expect(text).not.toMatch(/<(?:img|iframe|link|object|embed|form|base)\b/);
    const tags = text.match(/<[a-z][^>]*>/g) ?? [];
    expect(tags.map((tag) => tag.replace(/"[^"]*"/g, '""')).join('')).not.toMatch(/ (?:on\w+|style|src)=|'/);
    expect(text).not.toMatch(/https?:/);
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text).toMatch(/default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'/);
  });

  test.each<[string, (told: RunReport) => string]>([
    ['JSON', (told) => jsonText(reportData(told), (text) => text, 2)],
    ['JUnit', (told) => reportJunit(testPage(), told)],
    ['Markdown', (told) => reportMarkdown(testPage(), told)],
    ['HTML', (told) => reportHtml(testPage(), told)],
  ])('as %s holds nothing that acts upon who looks at it', (_form, write) => {
    expect(write(report()).replaceAll('\n', '')).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202e]/);
  });

  test('tells when the run was held and by whom, who was asked and what the answer was', () => {
    const held: readonly EventBody[] = [
      { type: 'rollout.paused', by: EVIL, notStarted: ['c'] },
      { type: 'rollout.continued' },
      { type: 'approval.requested', gate: 'wave-2', hosts: ['c'], questions: [] },
      { type: 'approval.given', gate: 'wave-2', answer: 'no', by: 'ada' },
      { type: 'rollout.paused', by: 'bo', notStarted: ['c'] },
    ];
    const bodies = [...BODIES.slice(0, 14), ...held, ...BODIES.slice(14)];
    const told = runReport(bodies.map((body, index): RunEvent => ({ at: START + index * 1_000, ...body }))) ?? expect.unreachable();
    expect(told.waits).toEqual([
      { what: 'paused', by: EVIL, startedAt: START + 14_000, finishedAt: START + 15_000 },
      { what: 'asked', gate: 'wave-2', answer: 'no', by: 'ada', startedAt: START + 16_000, finishedAt: START + 17_000 },
      { what: 'paused', by: 'bo', startedAt: START + 18_000 },
    ]);
    const text = reportHtml(testPage(), told);
    expect(text).toContain('<li>asked (wave-2) for 1 s: ada answered no</li><li>paused by bo for 3 s, to its end</li>');
    expect(text.match(/<rect class="wait"/g)).toHaveLength(3);
    expect(reportMarkdown(testPage(), told)).toContain('paused by bo: 1 host not begun');
  });

  test('is none of a run that has no beginning', () => {
    expect(runReport(EVENTS.slice(1))).toBeUndefined();
  });
});

import { describe, expect, test } from 'vitest';
import type { HostPlan } from '../../src/domain/plan.ts';
import { jsonView } from '../../src/ui/json-view.ts';
import type { View } from '../../src/ui/output.ts';
import { plainView } from '../../src/ui/plain-view.ts';
import { questionLines } from '../../src/ui/questions.ts';
import { showDiagnosis } from '../../src/ui/show-diagnosis.ts';
import { showFailure } from '../../src/ui/show-failure.ts';
import { showPlan } from '../../src/ui/show-plan.ts';
import { showRecap } from '../../src/ui/show-recap.ts';
import { recap } from '../../src/views/recap.ts';
import { FakeOutput, testPage } from './fake-output.ts';
import { fileChange, HOSTILE, plan, stamped, started } from './streams.ts';

const FAILURE = { code: 'command-failed', message: HOSTILE, at: HOSTILE, hint: HOSTILE } as const;
const HOST = `h${HOSTILE}`;

/** A host that puts hostile text wherever a host can put any. */
const PLANS: readonly HostPlan[] = [
  plan(HOST, 'would-fix', {
    findings: [
      { kind: 'cause', says: HOSTILE, at: HOSTILE, evidence: [HOSTILE] },
      { kind: 'symptom', says: HOSTILE, evidence: [] },
      { kind: 'benign', says: HOSTILE, evidence: [] },
    ],
    changes: [
      fileChange(`/etc/${HOSTILE}`, `${HOSTILE}\n`, `new ${HOSTILE}\n`, { says: [`+ ${HOSTILE}`] }),
      { kind: 'trigger', action: 'restart', unit: HOSTILE, says: [], sensitive: false },
      { kind: 'command', argv: [HOSTILE], timeoutMs: 1, undo: { irreversible: HOSTILE }, says: [HOSTILE], sensitive: false },
    ],
    steps: [{ id: 'x', phase: 'verify', uses: 'y', status: { kind: 'skipped', why: HOSTILE }, findings: [], unmet: [] }],
    facts: { hostname: HOSTILE },
  }),
  plan(`i${HOST}`, 'other-cause', { unmet: [{ what: HOSTILE }], findings: [{ kind: 'cause', says: HOSTILE, evidence: [HOSTILE] }] }),
  plan(`j${HOST}`, 'failed', { reason: FAILURE }),
];

const EVENTS = stamped([
  started(
    'apply',
    PLANS.map(({ host }) => host),
  ),
  ...PLANS.map((each) => ({ type: 'host.planned', host: each.host, plan: each }) as const),
  { type: 'run.resumed', operator: HOSTILE, hosts: [HOST] },
  { type: 'transaction.intended', host: HOST, tx: 'a', rollback: false, changes: PLANS[0]?.changes ?? [], undoAfterMs: 60_000 },
  {
    type: 'transaction.finished',
    host: HOST,
    tx: 'a',
    results: [{ kind: 'failed', message: HOSTILE }],
    state: 'rolled-back',
    remarks: [HOSTILE],
  },
  { type: 'transaction.lost', host: HOST, tx: 'a', failure: FAILURE },
  { type: 'undo.intended', host: HOST, tx: 'a' },
  { type: 'transaction.reported', host: HOST, tx: 'a', state: 'conflict', remarks: [HOSTILE, HOSTILE] },
  { type: 'rollout.held', unconfirmed: 1, maxUnavailable: 1, notStarted: [HOST] },
  { type: 'verify.attempted', host: HOST, attempt: 1, unmet: [{ what: HOSTILE }] },
  { type: 'host.finished', host: HOST, outcome: 'failed', reason: FAILURE },
]);

function through(view: (output: FakeOutput) => View): readonly string[] {
  const output = new FakeOutput();
  const shown = view(output);
  for (const event of EVENTS) shown.event(event);
  return output.lines;
}

const page = testPage();
const question = {
  verb: 'apply',
  runbook: HOSTILE,
  hosts: [HOST],
  waves: [1],
  questions: [HOSTILE],
  irreversible: [HOSTILE],
  offersWaves: false,
  begun: false,
};

describe.each<[string, () => readonly string[]]>([
  ['the diagnosis', () => showDiagnosis(page, { runbook: HOSTILE, next: ['runbook', 'plan', HOSTILE] }, PLANS)],
  ['the plan', () => showPlan(page, { runbook: HOSTILE }, PLANS)],
  ['the recap', () => [recap(EVENTS)].flatMap((summary) => (summary ? showRecap(page, summary) : []))],
  ['a failure', () => showFailure(page, FAILURE)],
  ['a question', () => questionLines(page, question)],
  ['the plain view', () => through((output) => plainView(output, page))],
  ['what is read aloud', () => through((output) => plainView(output, testPage({ spoken: true })))],
  ['the JSON view', () => through((output) => jsonView(output, (text) => text))],
])('text from a host in %s', (_, show) => {
  test('holds nothing that a terminal would act upon', () => {
    const shown = show();
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.join('')).not.toMatch(/[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/);
    expect(shown.join('')).toContain('u202etxt.exe');
  });

  test('cannot begin a line like one of ours', () => {
    expect(show().filter((line) => line.startsWith('✓'))).toEqual([]);
  });
});

test('strings of the JSON view are safe after they are decoded as well', () => {
  const [, planned = ''] = through((output) => jsonView(output, (text) => text));
  expect(JSON.parse(planned).plan.changes[0].diff).toMatch(/^[^\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]+$/);
});

import { expect, test } from 'vitest';
import { closingOf, overriddenBy, timeProblem } from '../../src/cli/change-time.ts';
import type { Rules } from '../../src/cli/plan-policy.ts';

const NONE: Rules = { runbookSignature: false, planSignature: false, approvals: 0, savedPlanOnly: false, signers: [], windows: [] };
const frozen = { from: { ms: 0 }, to: { day: '2999-01-01' }, reason: 'for ever' };
const CLOSED: Rules = { ...NONE, windows: [{ at: '/etc/p.yaml', of: { maintenance: [], freeze: [frozen] } }] };

test('a closed time refuses, and tells a run under way, whose policy it is', () => {
  expect(timeProblem(CLOSED, {})).toMatchObject({ code: 'refused', message: expect.stringMatching(/for ever.*by \/etc\/p\.yaml$/) });
  expect(closingOf(CLOSED, {}).closed?.()).toContain('for ever');
  expect(timeProblem(NONE, {})).toBeUndefined();
  expect(closingOf(NONE, {}).closed?.()).toBeUndefined();
});

test('a reason opens it, for the whole run, and is kept also where nothing is closed yet', () => {
  const open = { overrideWindow: 'INC-7' };
  expect(closingOf(CLOSED, open)).toEqual({});
  expect(overriddenBy(NONE, open)).toEqual({ overrides: 'nothing at the beginning: INC-7' });
  expect(overriddenBy(NONE, {})).toEqual({});
});

test('a reason that says nothing is none', () => {
  expect(timeProblem(NONE, { overrideWindow: ' ' })).toMatchObject({ code: 'bad-input' });
});

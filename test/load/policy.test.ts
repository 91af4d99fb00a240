import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadPolicy } from '../../src/load/read-policy.ts';

const load = (text: string) => loadPolicy({ path: '/etc/runbook/policy.yaml', text });
const wrong = (text: string) => {
  const loaded = load(text);
  return loaded.ok ? ['taken'] : loaded.diagnostics.map(({ message, place }) => `${place.line}:${place.column} ${message}`);
};

describe('a policy', () => {
  it('says what is asked of runbooks and plans', () => {
    const signatures = 'runbook_signature: always\nplan_signature: always\n';
    const text = `${signatures}approvals: 2\nallowed_signers: signers\nrevoked_keys: /etc/gone\nsaved_plan_only: true\nsign_runs: ~/.ssh/key\n`;
    const policy = {
      runbookSignature: 'always',
      planSignature: 'always',
      approvals: 2,
      allowedSigners: 'signers',
      revokedKeys: '/etc/gone',
      savedPlanOnly: true,
      signRuns: '~/.ssh/key',
      windows: { maintenance: [], freeze: [] },
    };
    expect(load(text)).toEqual({ ok: true, policy });
  });

  it.each([
    ['approvals: 1\nallowed_signers: s', { planSignature: 'always', approvals: 1, savedPlanOnly: true }],
    ['plan_signature: always\nallowed_signers: s', { planSignature: 'always', approvals: 0, savedPlanOnly: true }],
    ['approvals: 1\nallowed_signers: s\nplan_signature: never\nsaved_plan_only: false', { planSignature: 'never', savedPlanOnly: false }],
    ['saved_plan_only: true', { planSignature: 'never', approvals: 0, savedPlanOnly: true }],
    ['runbook_signature: always\nallowed_signers: s', { runbookSignature: 'always', planSignature: 'always', savedPlanOnly: false }],
    ['runbook_signature: always\nallowed_signers: s\nplan_signature: never', { planSignature: 'never', savedPlanOnly: false }],
    ['runbook_signature: always\nallowed_signers: s\nplan_signature: always', { planSignature: 'always', savedPlanOnly: true }],
    ['plan_signature: never', { runbookSignature: 'never', planSignature: 'never', approvals: 0, savedPlanOnly: false }],
  ])('asks for what its words need, unless it says otherwise: %j', (text, policy) => {
    expect(load(`${text}\n`)).toMatchObject({ ok: true, policy });
  });

  it.each<[string, string | RegExp]>([
    ['approvers: 1\n', '1:1 a policy has no approvers'],
    ['approvals: many\n', /^1:12 approvals must be a whole number/],
    ['approvals: -1\n', /^1:12 approvals must be from 0 to 20/],
    ['approvals: 1.5\n', /^1:12 approvals must be a whole number/],
    ['approvals:\n', /^1:\d+ approvals must be a whole number/],
    ['plan_signature: sometimes\n', /^1:17 plan_signature must be never or always/],
    ['plan_signature: true\n', /^1:17 plan_signature must be never or always/],
    ['saved_plan_only: "true"\n', /^1:18 saved_plan_only must be true or false/],
    ['allowed_signers: [a]\n', /^1:18 allowed_signers must be a string/],
    ['allowed_signers: ""\n', /^1:1 allowed_signers must be the path of a file/],
    ['sign_runs: true\n', /^1:12 sign_runs must be a string/],
    ['sign_runs: " "\n', /^1:1 sign_runs must be the path of a file/],
    ['approvals: 1\n', '1:1 approvals needs allowed_signers, which says whose keys count'],
    ['runbook_signature: production\n', /^1:20 runbook_signature must be never or always/],
    ['runbook_signature: always\n', '1:1 runbook_signature needs allowed_signers, which says whose keys count'],
    ['plan_signature: always\n', '1:1 plan_signature needs allowed_signers, which says whose keys count'],
    ['approvals: 1\napprovals: 0\nallowed_signers: s\n', /stands twice|approvals/],
    ['- approvals\n', /a policy must be a map/],
    ['# nothing yet\n\n', '1:1 the policy is empty'],
    ['', '1:1 the policy is empty'],
  ])('that is not understood is told with its place: %j', (text, told) => {
    expect(wrong(text).join('\n')).toMatch(told instanceof RegExp ? told : new RegExp(RegExp.escape(told)));
  });

  it('is never thrown over', () => {
    const part = fc.constantFrom(
      'approvals',
      'plan_signature',
      ': ',
      '\n',
      '[',
      '{',
      '"',
      '1',
      'always',
      '#',
      '&a',
      '*a',
      '!!js',
      '\t',
      '- ',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => typeof load(parts.join('')).ok === 'boolean'),
      { numRuns: 1_000 },
    );
  });
});

describe('the times of a policy', () => {
  const windows = (text: string) => {
    const loaded = load(text);
    return loaded.ok ? loaded.policy.windows : wrong(text);
  };

  it('are read as they are written', () => {
    const maintenance =
      'maintenance:\n  - { days: Mon-Thu, from: "22:00", to: "06:00", timezone: Europe/Berlin }\n  - { days: [Sat, Sun], from: "00:00", to: "00:00" }\n';
    const freeze =
      'freeze:\n  - { from: 2026-12-20, to: 2027-01-04, reason: year-end, timezone: UTC }\n  - { from: 2026-11-27T00:00+01:00, to: 2026-11-28T00:00Z }\n';
    expect(windows(maintenance + freeze)).toEqual({
      maintenance: [
        { days: [1, 2, 3, 4], from: 1320, to: 360, timezone: 'Europe/Berlin' },
        { days: [6, 0], from: 0, to: 0 },
      ],
      freeze: [
        { from: { day: '2026-12-20' }, to: { day: '2027-01-04' }, reason: 'year-end', timezone: 'UTC' },
        { from: { ms: Date.UTC(2026, 10, 26, 23) }, to: { ms: Date.UTC(2026, 10, 28) } },
      ],
    });
  });

  it.each([
    ['days: Fri-Mon', [5, 6, 0, 1]],
    ['days: [Mon, Mon-Tue]', [1, 2]],
    ['', [0, 1, 2, 3, 4, 5, 6]],
  ])('have the days of: %s', (days, expected) => {
    expect(windows(`maintenance: [{ ${days}${days && ', '}from: "01:00", to: "02:00" }]`)).toMatchObject({
      maintenance: [{ days: expected }],
    });
  });

  it.each<[string, RegExp]>([
    ['maintenance: []', /maintenance has no windows/],
    ['maintenance: [{ from: "22:00" }]', /to is missing/],
    ['maintenance: [{ from: "24:00", to: "01:00" }]', /from must be a time of day, but is 24:00/],
    ['maintenance: [{ from: "9:00", to: "10:00" }]', /from must be a time of day, but is 9:00/],
    ['maintenance: [{ days: Monday, from: "09:00", to: "10:00" }]', /Monday is no day of the week/],
    ['maintenance: [{ days: [], from: "09:00", to: "10:00" }]', /days has no day/],
    ['maintenance: [{ from: "09:00", to: "10:00", timezone: Europe/Bonn }]', /Europe\/Bonn is no time zone/],
    ['maintenance: [{ from: "09:00", until: "10:00" }]', /a maintenance window has no until/],
    ['freeze: [{ from: 2026-02-30, to: 2026-03-01 }]', /from must be a day or a moment, but is 2026-02-30/],
    ['freeze: [{ from: 2026-12-20, to: 2026-12-19 }]', /ends before it begins/],
    ['freeze: [{ from: 2026-12-20T10:00, to: 2026-12-21 }]', /from must be a day or a moment/],
    ['freeze: [{ from: tomorrow, to: 2026-12-21 }]', /from must be a day or a moment, but is tomorrow/],
  ])('are refused where they could be meant otherwise: %s', (text, message) => {
    expect(windows(`${text}\n`)).toEqual(expect.arrayContaining([expect.stringMatching(message)]));
  });
});

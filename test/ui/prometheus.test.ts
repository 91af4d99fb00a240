import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import { prometheusText } from '../../src/ui/prometheus-text.ts';
import { driftOf } from '../../src/views/drift.ts';
import { runMetrics } from '../../src/views/metrics.ts';
import { testPage } from './fake-output.ts';
import { APPLY, FLEET, HOSTILE, START } from './streams.ts';

const EVIL = `a"b\\c\n${HOSTILE}`;
const head = (runbook = 'kubelet-bad-flag', target = 'k8s_nodes') => ({
  run: '01RUN',
  version: '0.1.0',
  labels: { runbook, kind: 'apply', target, limit: '' },
});
const { drift } = driftOf({ runbook: 'x', runbookSha256: '', at: START }, undefined, FLEET);
const textOf = (of = head(), events: readonly RunEvent[] = APPLY) => prometheusText(runMetrics(of, events, drift), testPage().say);

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\n"])*",?)+)\})? (-?[0-9.]+(?:e[+-]?[0-9]+)?)$/;

/** Reads the text format strictly: each family once, HELP and TYPE before its samples, no sample twice. */
function parsed(text: string): ReadonlyMap<string, number> {
  const samples = new Map<string, number>();
  const families = new Set<string>();
  let family = '';
  let typed = '';
  expect(text.endsWith('\n')).toBe(true);
  for (const line of text.slice(0, -1).split('\n')) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (keyword === 'HELP') {
      expect(families.has(name)).toBe(false);
      families.add(name);
      family = name;
    } else if (keyword === 'TYPE') {
      expect([name, rest]).toEqual([family, 'gauge']);
      typed = name;
    } else {
      const [, metric, labels = '', value] = SAMPLE.exec(line) ?? expect.unreachable(line);
      expect(metric).toBe(typed);
      expect(samples.has(`${metric}{${labels}}`)).toBe(false);
      samples.set(`${metric}{${labels}}`, Number(value));
    }
  }
  return samples;
}

test('a run in numbers', () => {
  const samples = parsed(textOf());
  const labels = 'runbook="kubelet-bad-flag",kind="apply",target="k8s_nodes"';
  expect(Object.fromEntries([...samples].filter(([, value]) => value !== 0))).toEqual({
    [`runbook_run_info{${labels},run="01RUN",version="0.1.0"}`]: 1,
    [`runbook_run_hosts{${labels},outcome="fixed"}`]: 1,
    [`runbook_run_hosts{${labels},outcome="rolled-back"}`]: 1,
    [`runbook_run_hosts{${labels},outcome="unreachable"}`]: 1,
    [`runbook_run_hosts{${labels},outcome="other-cause"}`]: 1,
    [`runbook_run_hosts{${labels},outcome="healthy"}`]: 1,
    [`runbook_run_start_timestamp_seconds{${labels}}`]: START / 1_000,
    [`runbook_run_end_timestamp_seconds{${labels}}`]: START / 1_000 + APPLY.length - 1,
    [`runbook_run_duration_seconds{${labels}}`]: APPLY.length - 1,
    [`runbook_run_exit_code{${labels}}`]: 3,
    [`runbook_run_failures{${labels}}`]: 1,
    [`runbook_drift_hosts{${labels},news="newly-ill"}`]: 3,
    [`runbook_drift_hosts{${labels},news="newly-unreached"}`]: 1,
  });
  expect(samples.get(`runbook_run_failure_budget{${labels}}`)).toBe(0);
  expect([...samples.keys()].filter((name) => name.startsWith('runbook_run_hosts'))).toHaveLength(11);
});

test('a run that broke off has the exit code of a journal that was not kept', () => {
  expect(textOf(head(), APPLY.slice(0, 12))).toMatch(/^runbook_run_exit_code\{.*\} 6$/m);
});

test('of no event there is nothing to measure', () => {
  expect(textOf(head(), [])).toBe('');
});

test('names of any form are labels of one line', () => {
  const samples = parsed(textOf(head(EVIL, EVIL)));
  expect([...samples.keys()].every((name) => /runbook="a\\"b\\\\c\\\\n/.test(name))).toBe(true);
});

const isThere = spawnSync('promtool', ['--version']).status === 0;

describe.skipIf(!isThere)(`promtool${isThere ? '' : ' (not here: promtool of Prometheus)'}`, () => {
  test.each([head(), head(EVIL, EVIL)])('finds nothing to complain of', (of) => {
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: textOf(of), encoding: 'utf8' });
    expect([status, stdout + stderr]).toEqual([0, '']);
  });
});

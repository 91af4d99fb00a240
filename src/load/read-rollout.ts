import { LEAST_COMMIT_CONFIRM_MS, type Rollout, type WaveSize } from '../domain/runbook.ts';
import { readBoolean, readChoice, readDuration, readInteger, readList, readPlainText } from './read-values.ts';
import { readWords } from './read-words.ts';
import type { Report } from './report.ts';
import { describeTree, type Tree } from './yaml-tree.ts';

/** The words of `rollout`. */
const ROLLOUT_WORDS = [
  'waves',
  'bake',
  'max_failures',
  'max_unavailable',
  'confirm',
  'commit_confirm',
  'verify_timeout',
  'verify_every',
  'parallel',
  'zone',
  'jitter',
  'recheck',
  'on_breach',
] as const;

/** What holds when a runbook does not say. */
const DEFAULT_ROLLOUT: Rollout = {
  waves: [{ hosts: 1 }, { hosts: 5 }, { percent: 25 }, { percent: 100 }],
  bakeMs: 0,
  maxFailures: { hosts: 0 },
  confirm: 'run',
  verifyTimeoutMs: 120_000,
  verifyEveryMs: 2_000,
  parallel: 25,
  onBreach: 'stop',
  recheck: true,
  jitterMs: 0,
  commitConfirmMs: 120_000,
};

/** Reads `rollout`; what is broken is reported and stays as it is by default. */
export function readRollout(tree: Tree | undefined, report: Report): Rollout {
  const words = tree === undefined ? undefined : readWords(tree, ROLLOUT_WORDS, 'rollout', report);
  if (!words) return DEFAULT_ROLLOUT;
  const standard = DEFAULT_ROLLOUT;
  const maxFailures = words.value('max_failures');
  const verifyEvery = words.value('verify_every');
  const verifyEveryMs = readDuration(verifyEvery, 'verify_every', report);
  if (verifyEvery && verifyEveryMs !== undefined && verifyEveryMs < 100) {
    report.error('bad-value', verifyEvery.range, 'verify_every must be at least 100ms');
  }
  const commitConfirm = words.value('commit_confirm');
  const commitConfirmMs = readDuration(commitConfirm, 'commit_confirm', report);
  if (commitConfirm && commitConfirmMs !== undefined && commitConfirmMs < LEAST_COMMIT_CONFIRM_MS) {
    report.error('bad-value', commitConfirm.range, 'commit_confirm must be at least 10s');
  }
  const zone = readPlainText(words.value('zone'), 'zone', report);
  const unavailable = words.value('max_unavailable');
  const maxUnavailable = unavailable && readSize(unavailable, 'max_unavailable', 1, report);
  return {
    waves: readWaves(words.value('waves'), report) ?? standard.waves,
    bakeMs: readDuration(words.value('bake'), 'bake', report) ?? standard.bakeMs,
    maxFailures: (maxFailures && readSize(maxFailures, 'max_failures', 0, report)) ?? standard.maxFailures,
    confirm: readChoice(words.value('confirm'), 'confirm', ['run', 'wave', 'host'], report) ?? standard.confirm,
    verifyTimeoutMs: readDuration(words.value('verify_timeout'), 'verify_timeout', report) ?? standard.verifyTimeoutMs,
    verifyEveryMs: verifyEveryMs ?? standard.verifyEveryMs,
    parallel: readInteger(words.value('parallel'), 'parallel', 1, 1_000, report) ?? standard.parallel,
    commitConfirmMs: commitConfirmMs ?? standard.commitConfirmMs,
    onBreach: readChoice(words.value('on_breach'), 'on_breach', ['stop', 'rollback-wave', 'rollback-run'], report) ?? standard.onBreach,
    recheck: readBoolean(words.value('recheck'), 'recheck', report) ?? standard.recheck,
    jitterMs: readDuration(words.value('jitter'), 'jitter', report) ?? standard.jitterMs,
    ...(zone === undefined ? {} : { zone }),
    ...(maxUnavailable ? { maxUnavailable } : {}),
  };
}

function readWaves(tree: Tree | undefined, report: Report): readonly WaveSize[] | undefined {
  const items = readList(tree, 'waves', report);
  if (!items || !tree) return undefined;
  if (items.length === 0) report.error('bad-value', tree.range, 'waves must have at least one size', 'such as [1, 5, 25%, 100%]');
  return items.flatMap((item) => readSize(item, 'a wave', 1, report) ?? []);
}

function readSize(tree: Tree, what: string, least: number, report: Report): WaveSize | undefined {
  if (tree.kind === 'broken') return undefined;
  const value = tree.kind === 'scalar' ? tree.value : undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= 1_000_000) return { hosts: value };
  const percent = typeof value === 'string' ? /^([0-9]{1,3})%$/.exec(value)?.[1] : undefined;
  if (percent !== undefined && Number(percent) >= least && Number(percent) <= 100) return { percent: Number(percent) };
  const found = typeof value === 'number' || typeof value === 'string' ? String(value) : describeTree(tree);
  report.error(
    'bad-value',
    tree.range,
    `${what} must be a number of hosts from ${least} or a percentage, but is ${found}`,
    'such as 5 or 25%',
  );
  return undefined;
}

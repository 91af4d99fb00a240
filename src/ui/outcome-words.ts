import type { RunKind } from '../domain/event.ts';
import type { Outcome } from '../domain/plan.ts';
import type { Tone } from './page.ts';

const WORDS: Readonly<Record<Outcome, string>> = {
  healthy: 'healthy',
  'other-cause': 'ill of another cause',
  'would-fix': 'affected',
  fixed: 'fixed',
  'rolled-back': 'rolled back',
  failed: 'failed',
  conflict: 'in conflict with an edit by somebody else',
  stale: 'changed since the plan',
  unreachable: 'not reached',
  unknown: 'in an unknown state',
  skipped: 'not begun',
};

/** An outcome as the end of a sentence about hosts. */
export function outcomeWords(outcome: Outcome, kind: RunKind): string {
  if (kind === 'rollback' && outcome === 'healthy') return 'nothing to take back';
  if (kind === 'rollback' && outcome === 'would-fix') return 'to be put back';
  return WORDS[outcome];
}

/** How an outcome is to be taken by the reader: what a rollback is for is bad news after an apply. */
export function toneOf(outcome: Outcome, kind: RunKind): Tone {
  switch (outcome) {
    case 'healthy':
    case 'fixed':
      return 'good';
    case 'rolled-back':
      return kind === 'rollback' ? 'good' : 'warn';
    case 'would-fix':
    case 'other-cause':
    case 'stale':
    case 'skipped':
      return 'warn';
    case 'failed':
    case 'conflict':
    case 'unreachable':
    case 'unknown':
      return 'bad';
  }
}

/** An outcome whose reason is told to the reader at once. */
export function isTrouble(outcome: Outcome, kind: RunKind): boolean {
  return toneOf(outcome, kind) === 'bad' || outcome === 'stale' || (outcome === 'rolled-back' && kind !== 'rollback');
}

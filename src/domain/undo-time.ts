import type { Change, TriggerAction, UnitChange } from './change.ts';
import type { Rollout } from './runbook.ts';

/**
 * What a systemctl call may take that waits for a unit to stop or to start, in ms: as long as the host lets it run
 * (`SYSTEMCTL_SECONDS` of remote/), which is a little more than systemd's own limits for both, 90 s each.
 */
export const UNIT_JOB_MS = 200_000;

/** What a call may take that waits for no unit: enable, mask, daemon-reload, reset-failed. */
const BOOKKEEPING_MS = 20_000;

/** A last compare, a rename and two syncs; all else of a file is done before the undo is armed. */
const FILE_MS = 10_000;

/** A program that does not end by itself is asked to, and then killed. */
const ENDING_MS = 5_000;

/** What the changes may take by the limits that each of them is held to on the host, in ms. */
export function timeOfChanges(changes: readonly Change[]): number {
  return changes.reduce((sum, change) => sum + timeOf(change), 0);
}

/**
 * How long after it was armed a host takes itself back, without the jitter, in ms. Armed before the first change, so that all
 * of them must fit in, as must verify and bake (verify asks again after a bake); what the runbook or the operator says comes on top.
 */
export function undoAfterMs(
  { commitConfirmMs, verifyTimeoutMs, bakeMs }: Pick<Rollout, 'commitConfirmMs' | 'verifyTimeoutMs' | 'bakeMs'>,
  changes: readonly Change[],
): number {
  return timeOfChanges(changes) + verifyTimeoutMs + (bakeMs === 0 ? 0 : bakeMs + verifyTimeoutMs) + commitConfirmMs;
}

function timeOf(change: Change): number {
  switch (change.kind) {
    case 'file':
      return FILE_MS;
    case 'command':
      return change.timeoutMs + ENDING_MS;
    case 'trigger':
      return WAITS[change.action] ? UNIT_JOB_MS : BOOKKEEPING_MS;
    case 'unit':
      return timeOfUnit(change);
  }
}

const WAITS: Readonly<Record<TriggerAction, boolean>> = { 'daemon-reload': false, 'reset-failed': false, reload: true, restart: true };

function timeOfUnit({ before, after }: UnitChange): number {
  const kept = [before.enabled !== after.enabled, before.masked !== after.masked].filter(Boolean).length;
  return kept * BOOKKEEPING_MS + (before.active === after.active ? 0 : UNIT_JOB_MS);
}

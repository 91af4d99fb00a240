import type { CommandChange, TriggerChange, UnitChange } from '../domain/change.ts';
import { commandLine, quote } from './quote.ts';
import { SYSTEMCTL_SECONDS } from './unit-functions.ts';

/** The two calls of a change that is no file: what is checked before anything is written, and what is done. */
export interface CallScript {
  /** Absent: nothing to check. */
  readonly check?: string;
  readonly call: string;
  /** The function that carries the call out and frames what it says: see apart-functions.ts. */
  readonly by: 'capture_apart' | 'capture_said';
  /** Limit of the call, in ms. */
  readonly timeoutMs: number;
}

const SYSTEMCTL_MS = (SYSTEMCTL_SECONDS + 5) * 1_000;

/**
 * A unit's way from one lasting state to the other: unmask first, since nothing else works before; mask last. `back`: it takes
 * a change back.
 */
export function unitScript({ unit, before, after }: UnitChange, back: boolean): CallScript {
  const verbs: string[] = [];
  if (before.masked && !after.masked) verbs.push('unmask');
  if (before.enabled !== after.enabled) verbs.push(after.enabled ? 'enable' : 'disable');
  if (before.active !== after.active) verbs.push(after.active ? 'start' : 'stop');
  if (!before.masked && after.masked) verbs.push('mask');
  const [enabled, masked, active] = (['enabled', 'masked', 'active'] as const).map((name) => before[name] !== after[name]);
  const planned = [enabled ? yesNo(before.enabled) : '', masked ? yesNo(before.masked) : '', active ? yesNo(before.active) : ''];
  const wanted = [enabled ? yesNo(after.enabled) : '', masked ? yesNo(after.masked) : ''];
  const call = `set_unit ${commandLine([unit, ...wanted, ...verbs])}`;
  // An undo puts back what was recorded, whoever changed it meanwhile.
  const check = back ? {} : { check: `check_unit ${commandLine([unit, ...planned])}` };
  return { ...check, call, by: 'capture_said', timeoutMs: SYSTEMCTL_MS * verbs.length };
}

/** A trigger. In an undo it brings back the unit's recorded state: what was not started is stopped, not restarted. */
export function triggerScript(change: TriggerChange, back: boolean): CallScript {
  const { action, unit, before } = change;
  const stops = !back && unit !== undefined && before?.active && (action === 'restart' || action === 'reload');
  const check = stops ? { check: `check_started ${quote(unit)}` } : {};
  return { ...check, call: triggerCall(change, back), by: 'capture_said', timeoutMs: SYSTEMCTL_MS };
}

function triggerCall({ action, unit = '', before }: TriggerChange, back: boolean): string {
  const wasDown = back && before?.active === false;
  switch (action) {
    case 'daemon-reload':
      return 'call_systemctl daemon-reload';
    case 'reset-failed':
      return `reset_failed ${quote(unit)}`;
    case 'reload':
      if (wasDown) return 'true';
      return `${back ? 'reload_back' : 'call_systemctl reload --'} ${quote(unit)}`;
    case 'restart':
      if (wasDown) return `call_systemctl stop -- ${quote(unit)}`;
      return back ? `restart_back ${quote(unit)}` : `call_systemctl restart -- ${quote(unit)}`;
  }
}

/** A program with its limit on the host. */
export function commandScript({ argv, timeoutMs }: CommandChange): CallScript {
  const seconds = Math.max(1, Math.ceil(timeoutMs / 1_000));
  return {
    check: `check_program ${quote(argv[0] ?? '')}`,
    call: `run_command ${seconds} ${commandLine(argv)}`,
    by: 'capture_apart',
    timeoutMs: (seconds + 5) * 1_000,
  };
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

import type { Change } from '../domain/change.ts';
import type { Failure, FailureCode } from '../domain/failure.ts';
import type { ChangeResult, Receipt } from '../domain/transaction.ts';
import type { Frame, Frames } from './frames.ts';
import { textOf } from './query.ts';
import { standingOf } from './standing.ts';

/** Exit code of a check or a commit that found something else than was planned. */
const STALE = 75;
/** Exit code of a check that found nothing left to do. */
const NOTHING_LEFT = 70;
const TIMED_OUT = 124;

/** Turns the frames of a transaction into one result a change, and where the whole of it stands. */
export function receiptOf(changes: readonly Change[], frames: Frames): Receipt {
  const refusal = refusalOf(frames);
  return {
    ...standingOf(frames),
    results: changes.map((change, index) => resultOf(change, index, frames)),
    ...(refusal === undefined ? {} : { refusal }),
  };
}

/** The host's word for why it turned a transaction away, to what it is called here. */
const REFUSALS: Readonly<Record<string, FailureCode>> = { locked: 'locked', begun: 'locked', record: 'refused', unarmed: 'refused' };

/** Why a host turned a transaction away as a whole; undefined when it did not. */
export function refusalOf(frames: Frames): Failure | undefined {
  const frame = frames.get('tx.refused');
  if (frame === undefined) return undefined;
  const [word = '', ...lines] = textOf(frame).split('\n');
  return { code: REFUSALS[word] ?? 'refused', message: lines.join(' ').slice(-1_000) };
}

function resultOf(change: Change, index: number, frames: Frames): ChangeResult {
  const check = frames.get(`check.${index}`);
  if (check && check.code !== 0 && check.code !== NOTHING_LEFT) return refused(change, check);
  const prepared = frames.get(`prepare.${index}`);
  if (prepared && prepared.code !== 0) return refused(change, prepared);
  const changed = frames.get(`change.${index}`);
  if (!changed) return { kind: 'not-reached' };
  return changed.code === 0 ? { kind: 'done' } : unsuccessful(change, changed);
}

/** The host gives its reason as the rest of a sentence that begins with what is changed. */
function refused(change: Change, frame: Frame): ChangeResult {
  return { kind: frame.code === STALE ? 'stale' : 'failed', message: `${subject(change)} ${tailOf(frame)}` };
}

function unsuccessful(change: Change, frame: Frame): ChangeResult {
  if (change.kind === 'file') return refused(change, frame);
  const ended = frame.code === TIMED_OUT ? 'did not end in time' : `ended with ${frame.code}`;
  const said = tailOf(frame);
  return { kind: 'failed', message: `${subject(change)} ${ended}${said === '' ? '' : `: ${said}`}` };
}

function subject(change: Change): string {
  switch (change.kind) {
    case 'file':
      return change.path;
    case 'unit':
      return change.unit;
    case 'trigger':
      return change.unit === undefined ? change.action : `${change.action} of ${change.unit}`;
    case 'command':
      return change.argv.join(' ');
  }
}

/** What was said last, on standard error if anything, at most 2,000 characters. */
function tailOf(frame: Frame): string {
  const err = Buffer.from(frame.stderr).toString('utf8').trim();
  return (err === '' ? textOf(frame).trim() : err).slice(-2_000);
}

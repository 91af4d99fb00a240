import { HostFault } from '../domain/failure.ts';
import type { Standing, TransactionState } from '../domain/transaction.ts';
import type { Frames } from './frames.ts';
import { textOf } from './query.ts';

/** The last part of the state's file name below tx/ID. */
const STATES: Readonly<Record<string, TransactionState>> = {
  NONE: 'none',
  PREPARING: 'preparing',
  PREPARED: 'prepared',
  ARMED: 'armed',
  APPLYING: 'applying',
  APPLIED: 'applied',
  CONFIRMED: 'confirmed',
  ROLLING: 'rolling',
  ROLLEDBACK: 'rolled-back',
  CONFLICT: 'conflict',
};

/** The state that a host names. Throws `HostFault` (`protocol`) when there is no such state. */
export function stateNamed(name: string): TransactionState {
  const state = STATES[name];
  if (state === undefined) throw new HostFault({ code: 'protocol', message: 'the host does not say where the transaction stands' });
  return state;
}

/** Where a transaction stands by the frames of a script that asked. Throws `HostFault` (`protocol`) when they do not say. */
export function standingOf(frames: Frames): Standing {
  const frame = frames.get('tx.state');
  const state = stateNamed(frame === undefined ? '' : textOf(frame));
  const failed = [...frames].flatMap(([id, { code, stdout, stderr }]) =>
    id.startsWith('undo.') && code !== 0 ? [`could not be taken back: ${lastOf(stderr, stdout)}`] : [],
  );
  const remarks = [...frames].flatMap(([id, remark]) => (id.startsWith('remark.') ? [textOf(remark)] : []));
  return { state, remarks: [...remarks, ...failed] };
}

function lastOf(stderr: Uint8Array, stdout: Uint8Array): string {
  const text = Buffer.from(stderr.length > 0 ? stderr : stdout)
    .toString('utf8')
    .trim();
  return text === '' ? 'nothing was said' : text.slice(-1_000);
}

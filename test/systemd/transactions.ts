import { randomBytes } from 'node:crypto';
import type { Fleet } from '../../src/domain/access.ts';
import type { Change, CommandChange, FileChange, TriggerChange, UnitState } from '../../src/domain/change.ts';
import { absent, type FileAttributes, withBytes } from '../../src/domain/file.ts';
import { inverse } from '../../src/domain/inverse.ts';
import type { ChangeResult, Transaction } from '../../src/domain/transaction.ts';
import { hostNamed } from '../lab/reach.ts';

/** A change of a file of a host from what it is now to other text, or to nothing. */
export async function edited(
  fleet: Fleet,
  host: string,
  path: string,
  text: string | undefined,
  attributes: Partial<FileAttributes> = {},
): Promise<FileChange> {
  const before = await (await fleet.read(hostNamed(host))).file(path);
  const after = text === undefined ? absent : withBytes(path, before, Buffer.from(text), attributes);
  return { kind: 'file', path, before, after, says: [], sensitive: false };
}

/** A command that need not be taken back. */
export function command(...argv: readonly string[]): CommandChange {
  return { kind: 'command', argv, timeoutMs: 20_000, undo: { argv: ['true'] }, says: [], sensitive: false };
}

/** A restart or the like of a unit that was in a state when planned. */
export function trigger(action: 'restart' | 'reload', unit: string, before: UnitState): TriggerChange {
  return { kind: 'trigger', action, unit, before, says: [], sensitive: false };
}

/** An id of a transaction that nobody else has. */
export function newTxId(): string {
  return randomBytes(16).toString('hex');
}

/** Where the new content of a transaction's nth change is prepared, beside its file. */
export function candidateOf(path: string, id: string, n: number): string {
  return `${path.slice(0, path.lastIndexOf('/'))}/.rb.${id}.${n}.apply`;
}

/** A transaction of these changes, with an id of its own. */
export function transactionOf(changes: readonly Change[], more: Partial<Transaction> = {}): Transaction {
  const owner = { run: 'test', operator: 'tester', controller: 'here' };
  return { id: newTxId(), changes, rollback: false, undoAfterMs: 600_000, owner, ...more };
}

/** Carries changes out as one transaction, and keeps them when all were done. */
export async function apply(
  fleet: Fleet,
  host: string,
  changes: readonly Change[],
  rollback = false,
  id = newTxId(),
): Promise<readonly ChangeResult[]> {
  const transaction = transactionOf(changes, { rollback, id });
  const receipt = await (await fleet.write(hostNamed(host))).begin(transaction);
  if (receipt.state === 'applied') await (await fleet.write(hostNamed(host))).confirm(transaction.id);
  return receipt.results;
}

/** Takes changes back, as a rollback does. */
export function takeBack(fleet: Fleet, host: string, changes: readonly Change[]): Promise<readonly ChangeResult[]> {
  return apply(fleet, host, inverse(changes), true);
}

/** The failure that a promise of a fleet rejects with. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'no failure',
    (fault: { failure?: unknown }) => fault.failure ?? fault,
  );
}

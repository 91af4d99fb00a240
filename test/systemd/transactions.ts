import { randomBytes } from 'node:crypto';
import type { Fleet } from '../../src/domain/access.ts';
import type { Change, ChangeResult, CommandChange, FileChange } from '../../src/domain/change.ts';
import { absent, type FileAttributes, withBytes } from '../../src/domain/file.ts';
import { inverse } from '../../src/engine/inverse.ts';
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

/** An id of a transaction that nobody else has. */
export function newTxId(): string {
  return randomBytes(16).toString('hex');
}

/** Where the new content of a transaction's nth change is prepared, beside its file. */
export function candidateOf(path: string, id: string, n: number): string {
  return `${path.slice(0, path.lastIndexOf('/'))}/.rb.${id}.${n}.apply`;
}

/** Carries changes out as one transaction. */
export async function apply(
  fleet: Fleet,
  host: string,
  changes: readonly Change[],
  undo = false,
  id = newTxId(),
): Promise<readonly ChangeResult[]> {
  const writer = await fleet.write(hostNamed(host));
  return (await writer.apply({ id, changes, undo })).results;
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

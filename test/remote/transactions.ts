import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import type { Fleet } from '../../src/domain/access.ts';
import type { Change, FileChange } from '../../src/domain/change.ts';
import { absent, type FileAttributes, type FileState, withBytes } from '../../src/domain/file.ts';
import type { ChangeResult, Receipt, Transaction } from '../../src/domain/transaction.ts';
import { newTxId, thisHost } from './local-fleet.ts';

/** What a host says of a path now. */
async function stateOf(fleet: Fleet, path: string): Promise<FileState> {
  return (await fleet.read(thisHost)).file(path);
}

/** A change of a file from what it is now to other bytes, or to nothing. */
export async function planned(
  fleet: Fleet,
  path: string,
  bytes: Uint8Array | string | undefined,
  attributes: Partial<FileAttributes> = {},
): Promise<FileChange> {
  const before = await stateOf(fleet, path);
  const after = bytes === undefined ? absent : withBytes(path, before, Buffer.from(bytes), attributes);
  return { kind: 'file', path, before, after, says: [], sensitive: false };
}

/** The change that takes a file change back. */
export function inverted(change: FileChange): FileChange {
  return { ...change, before: change.after, after: change.before };
}

/** A transaction of these changes, with an id of its own. */
export function transactionOf(changes: readonly Change[], rollback = false, id = newTxId()): Transaction {
  return { id, changes, rollback, undoAfterMs: 600_000, owner: { run: 'test', operator: 'tester', controller: 'here' } };
}

/** Begins changes as one transaction, and keeps them when all were done. */
export async function kept(fleet: Fleet, changes: readonly Change[], rollback = false): Promise<Receipt> {
  const writer = await fleet.write(thisHost);
  const transaction = transactionOf(changes, rollback);
  const receipt = await writer.begin(transaction);
  if (receipt.state === 'applied') await writer.confirm(transaction.id);
  return receipt;
}

/** Applies changes as one transaction, and keeps them when all were done. */
export async function apply(fleet: Fleet, changes: readonly Change[], rollback = false): Promise<readonly ChangeResult[]> {
  return (await kept(fleet, changes, rollback)).results;
}

/** The kinds of results, in order. */
export async function kinds(fleet: Fleet, changes: readonly Change[], undo = false): Promise<readonly string[]> {
  return (await apply(fleet, changes, undo)).map(({ kind }) => kind);
}

/** Names in a directory, hidden ones too. */
export function names(directory: string): readonly string[] {
  return readdirSync(directory).sort();
}

/** All that can be told of a file, change time and inode excepted. */
export function described(path: string): string {
  const stat = execFileSync('stat', ['-c', '%a %u %g %h %s %y', path], { encoding: 'utf8' });
  const xattrs = execFileSync('getfattr', ['-d', '-m', '-', '-e', 'hex', '--absolute-names', path], { encoding: 'utf8' });
  const sum = execFileSync('sha256sum', [path], { encoding: 'utf8' });
  return stat + xattrs + sum;
}

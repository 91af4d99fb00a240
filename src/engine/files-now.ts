import type { Reader } from '../domain/access.ts';
import type { Change, FileChange } from '../domain/change.ts';
import { HostFault } from '../domain/failure.ts';
import { sameFile } from '../domain/file.ts';

/** A changed file now: as the change left it, as it was before, or edited by somebody else since. */
export interface FileNow {
  readonly kind: 'done' | 'back' | 'foreign';
  readonly change: FileChange;
}

/** Looks at the files among changes. Throws `HostFault` when the host cannot be asked. */
export function filesNow(reader: Reader, changes: readonly Change[]): Promise<readonly FileNow[]> {
  return Promise.all(changes.flatMap((change) => (change.kind === 'file' ? [fileNow(reader, change)] : [])));
}

async function fileNow(reader: Reader, change: FileChange): Promise<FileNow> {
  const now = await reader.file(change.path).catch(whatIsNoFile);
  if (now === 'no file') return { kind: 'foreign', change };
  if (sameFile(now, change.after)) return { kind: 'done', change };
  return { kind: sameFile(now, change.before) ? 'back' : 'foreign', change };
}

/** Something that is no regular file has taken the place of one. */
function whatIsNoFile(fault: unknown): 'no file' {
  if (fault instanceof HostFault && fault.failure.code === 'not-regular-file') return 'no file';
  throw fault;
}

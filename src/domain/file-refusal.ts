import { type FileChange, realPathOf } from './change.ts';
import type { Failure } from './failure.ts';
import type { PresentFile } from './file.ts';

const SET_ID_BITS = 0o6000;

/**
 * Why a file change is not made, as far as the plan can know: privilege is not ours to copy, other names of the file would keep
 * the old bytes, and a mount point cannot be renamed onto. The host checks again, and more, before it writes.
 */
export function fileRefusal(change: FileChange): Failure | undefined {
  if (change.before.kind !== 'file') return undefined;
  const why = reasonAgainst(change.before, change.inPlace === true);
  return why === undefined ? undefined : { code: 'refused', message: `${change.path} ${why}`, at: realPathOf(change) };
}

function reasonAgainst({ attributes, obstacles = [], realPath }: PresentFile, inPlace: boolean): string | undefined {
  const { mode, nlink, xattrs } = attributes;
  if (obstacles.includes('immutable')) return 'is immutable or append-only';
  if (obstacles.includes('immutable-directory')) {
    return `lies in ${realPath.slice(0, realPath.lastIndexOf('/')) || '/'}, which is immutable or append-only`;
  }
  if ((mode & SET_ID_BITS) !== 0) return 'is a set-user-id or set-group-id program';
  if (/^security\.capability=/m.test(xattrs)) return 'has file capabilities';
  if (inPlace) return undefined;
  if (obstacles.includes('mount-point')) return 'is a mount point of its own; write_mode: inplace writes into it';
  if (nlink > 1) return `has ${nlink} hard links; write_mode: inplace keeps them`;
  return undefined;
}

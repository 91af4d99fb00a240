import type { Change, FileChange } from '../domain/change.ts';
import type { FileState } from '../domain/file.ts';
import { diffFiles, unifiedLines } from '../formats/diff.ts';

/**
 * A change as JSON: contents are named by digest and size; a file change that may be shown carries its unified diff.
 * Of a sensitive change, what it says and the words of a command are left out as well.
 */
export function jsonChange(change: Change): object {
  switch (change.kind) {
    case 'file':
      return {
        ...change,
        says: change.sensitive ? [] : change.says,
        before: jsonFile(change.before),
        after: jsonFile(change.after),
        ...(change.sensitive ? {} : { diff: diffText(change) }),
      };
    case 'command':
      return change.sensitive ? { ...change, says: [], argv: [], undo: 'argv' in change.undo ? { argv: [] } : change.undo } : change;
    case 'unit':
    case 'trigger':
      return change;
  }
}

function jsonFile(state: FileState): object {
  if (state.kind === 'absent') return state;
  const { content, attributes, realPath } = state;
  return { kind: state.kind, content: { sha256: content.sha256, bytes: content.bytes.length }, attributes, realPath };
}

function diffText({ path, before, after }: FileChange): string {
  const bytes = (state: FileState) => (state.kind === 'file' ? state.content.bytes : undefined);
  const exists = { before: before.kind === 'file', after: after.kind === 'file' };
  const lines = unifiedLines(path, diffFiles(bytes(before), bytes(after)), exists);
  return lines.map((line) => `${line}\n`).join('');
}

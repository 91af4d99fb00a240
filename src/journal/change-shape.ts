import type { CommandChange, FileChange, TriggerChange, UnitChange, UnitState } from '../domain/change.ts';
import type { AbsentFile, Content, FileAttributes, PresentFile } from '../domain/file.ts';
import { eitherOf, fieldsOf, flag, integer, kindOf, listOf, maybe, oneOf, type Shape, text, textLike } from './shape.ts';

/** A SHA-256 in hex. */
export const digest: Shape = textLike(/^[0-9a-f]{64}$/, 'SHA-256');

const absolutePath = textLike(/^\/[^\0]*$/, 'absolute path');
const texts = listOf(text);
const words = listOf(text, 1);
const LARGEST = Number.MAX_SAFE_INTEGER;
const WEEK_MS = 7 * 86_400_000;

/** A content by its name: its bytes stand elsewhere, once. */
export const contentName: Shape = fieldsOf<Content>({ sha256: digest, bytes: integer(0, LARGEST) });

const attributes = fieldsOf<FileAttributes>({
  mode: integer(0, 0o7777),
  uid: integer(0, LARGEST),
  gid: integer(0, LARGEST),
  xattrs: text,
  mtimeNs: textLike(/^-?\d*$/, 'number of nanoseconds'),
  nlink: integer(0, LARGEST),
});

const fileState = kindOf({
  absent: fieldsOf<AbsentFile>({ kind: text, missing: maybe(oneOf('directory')) }),
  file: fieldsOf<PresentFile>({
    kind: text,
    content: contentName,
    attributes,
    realPath: absolutePath,
    obstacles: maybe(listOf(oneOf('immutable', 'immutable-directory', 'mount-point'), 1)),
  }),
});

const unitState = fieldsOf<UnitState>({ active: flag, enabled: flag, masked: flag });
const described = { kind: text, says: texts, sensitive: flag };

/** A change as a plan file holds it. */
export const change: Shape = kindOf({
  file: fieldsOf<FileChange>({
    ...described,
    path: absolutePath,
    before: fileState,
    after: fileState,
    validate: maybe(words),
    inPlace: maybe(oneOf(true)),
  }),
  unit: fieldsOf<UnitChange>({ ...described, unit: text, before: unitState, after: unitState }),
  trigger: fieldsOf<TriggerChange>({
    ...described,
    action: oneOf('daemon-reload', 'reset-failed', 'reload', 'restart'),
    unit: maybe(text),
    before: maybe(unitState),
  }),
  command: fieldsOf<CommandChange>({
    ...described,
    argv: words,
    timeoutMs: integer(1, WEEK_MS),
    undo: eitherOf(fieldsOf<{ argv: unknown }>({ argv: words }), fieldsOf<{ irreversible: unknown }>({ irreversible: text })),
  }),
});

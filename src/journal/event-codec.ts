import type { Change, CommandChange, FileChange } from '../domain/change.ts';
import type { RunEvent } from '../domain/event.ts';
import { type Content, contentOf, type FileState } from '../domain/file.ts';
import { harmlessJson } from './canonical-json.ts';

/** A content as a journal names it. */
interface ContentName {
  readonly sha256: string;
  readonly bytes: number;
}

/** An event as JSON text; contents are named, not held. Text of hosts is in it whole, but as escapes where it would act. */
export function encodeEvent(event: RunEvent): string {
  return harmlessJson(JSON.stringify(withoutSealed(event), namedContents));
}

/** A sensitive command as a journal holds it: its words are a content, named like that of a file. */
type SealedCommand = CommandChange & { readonly words: Content };

/**
 * The words of sensitive commands leave the journal: they are wanted for the way back, and kept apart, as contents of files are. What was
 * only planned is not taken back, and is not kept at all.
 */
function withoutSealed(event: RunEvent): RunEvent {
  if (event.type === 'transaction.intended') return { ...event, changes: event.changes.map(sealed) };
  if (event.type !== 'host.planned') return event;
  const { plan } = event;
  const steps = plan.steps.map((step) => {
    const { status } = step;
    return status.kind === 'planned' ? { ...step, status: { ...status, changes: status.changes.map(emptied) } } : step;
  });
  return { ...event, plan: { ...plan, steps, changes: plan.changes.map(emptied) } };
}

function sealed(change: Change): Change {
  if (change.kind !== 'command' || !change.sensitive) return change;
  const kept: SealedCommand = { ...emptied(change), words: wordsOf(change) };
  return kept;
}

function emptied<T extends Change>(change: T): T {
  if (change.kind !== 'command' || !change.sensitive) return change;
  return { ...change, argv: [], undo: 'argv' in change.undo ? { argv: [] } : change.undo };
}

function wordsOf({ argv, undo }: CommandChange): Content {
  return contentOf(Buffer.from(JSON.stringify({ argv, undo }), 'utf8'));
}

function unsealed(change: SealedCommand, bytes: ReadonlyMap<string, Uint8Array>): Change {
  const { words, ...rest } = change;
  const text = bytes.get(words.sha256);
  if (text === undefined) return change;
  return { ...rest, ...(JSON.parse(Buffer.from(text).toString('utf8')) as Pick<CommandChange, 'argv' | 'undo'>) };
}

function isSealed(change: Change): change is SealedCommand {
  return change.kind === 'command' && 'words' in change;
}

/** A replacer of `JSON.stringify` that puts the name of a content in its place. */
export function namedContents(_key: string, value: unknown): unknown {
  return isContent(value) ? nameOf(value) : value;
}

/** The contents that an event needs to be gone on with, or undone: both ends of each file, what verify needs, the runbook. */
export function contentsOf(event: RunEvent): readonly Content[] {
  if (event.type === 'run.started') return event.source ? [event.source] : [];
  if (event.type !== 'transaction.intended') return [];
  const states = event.changes.flatMap((change) => (change.kind === 'file' ? [change.before, change.after] : []));
  const words = event.changes.flatMap((change) => {
    if (isSealed(change)) return [change.words];
    return change.kind === 'command' && change.sensitive ? [wordsOf(change)] : [];
  });
  return [
    ...words,
    ...states.flatMap((state) => (state.kind === 'file' ? [state.content] : [])),
    ...(event.context ? [event.context] : []),
  ];
}

/** The digests that must be in the store for a decoded event to be whole. */
export function digestsIn(event: RunEvent): readonly string[] {
  return contentsOf(event).map((content) => content.sha256);
}

/** An event from its JSON. Its contents have no bytes yet; {@link withContents} fills in those of an intended transaction. */
export function decodeEvent(text: string): RunEvent {
  return JSON.parse(text, (_key, value: unknown) =>
    isContentName(value) ? { sha256: value.sha256, bytes: new Uint8Array(0) } : value,
  ) as RunEvent;
}

/** The same event with the bytes of its contents; a digest that is not in the map leaves the content empty. */
export function withContents(event: RunEvent, bytes: ReadonlyMap<string, Uint8Array>): RunEvent {
  const whole = (content: Content): Content => ({ ...content, bytes: bytes.get(content.sha256) ?? content.bytes });
  if (event.type === 'run.started') return event.source ? { ...event, source: whole(event.source) } : event;
  if (event.type !== 'transaction.intended') return event;
  const filled = (state: FileState): FileState => (state.kind === 'absent' ? state : { ...state, content: whole(state.content) });
  const changes = event.changes.map((change): Change => {
    if (isSealed(change)) return unsealed(change, bytes);
    if (change.kind !== 'file') return change;
    const file: FileChange = { ...change, before: filled(change.before), after: filled(change.after) };
    return file;
  });
  return { ...event, changes, ...(event.context ? { context: whole(event.context) } : {}) };
}

function isContent(value: unknown): value is Content {
  return typeof value === 'object' && value !== null && 'sha256' in value && 'bytes' in value && value.bytes instanceof Uint8Array;
}

function nameOf(content: Content): ContentName {
  return { sha256: content.sha256, bytes: content.bytes.length };
}

function isContentName(value: unknown): value is ContentName {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 2) return false;
  return 'sha256' in value && typeof value.sha256 === 'string' && 'bytes' in value && typeof value.bytes === 'number';
}

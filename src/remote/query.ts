import { type FailureCode, HostFault } from '../domain/failure.ts';
import type { Frame } from './frames.ts';

/** One read: the shell text that asks, and the parser of what comes back. */
export interface Query<T> {
  /** Two queries with one key are the same question. */
  readonly key: string;
  /** Function definitions it uses. */
  readonly functions: readonly string[];
  /** Programs without which it cannot be asked. */
  readonly tools: readonly string[];
  /** The failure when one of them is missing. */
  readonly missing?: FailureCode;
  /** The call; frames are named `ID.NAME`. */
  call(id: string): string;
  /** Limit on the host, in ms. */
  readonly timeoutMs: number;
  /** Most that it may print, in bytes. */
  readonly maxBytes: number;
  /** Throws `HostFault` when the host could not be asked that. */
  parse(answer: Answer): T;
  /** Further questions that the host has answered unasked, with the ids of their frames: they are likely to be put next. */
  along?(answer: Answer): readonly { readonly query: Query<unknown>; readonly id: string }[];
}

/** The frames of one query. */
export interface Answer {
  /** Throws `HostFault` (`protocol`) when the frame is missing. */
  frame(name: string): Frame;
}

/** A frame's standard output as text, without the newline at its end. */
export function textOf(frame: Frame): string {
  return Buffer.from(frame.stdout).toString('utf8').replace(/\n$/, '');
}

/** True for an absolute, normalised path without a line break. */
export function isPlainPath(path: string): boolean {
  const normalised = path === '/' || /^(\/[^/]+)+$/.test(path);
  return normalised && !/[\n\r\0]/.test(path) && !path.split('/').some((part) => part === '.' || part === '..');
}

/** Refuses any other path. */
export function checkPath(path: string): void {
  if (!isPlainPath(path)) throw new HostFault({ code: 'bad-params', message: `"${path}" is no absolute, normalised path` });
}

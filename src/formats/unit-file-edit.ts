import { writeCEscapes } from './c-escape.ts';
import { writeSplitWord } from './env-value.ts';
import { extractWords, SPLIT_RULES } from './extract-word.ts';
import { offsetAt, type TextEdit } from './traced-text.ts';
import type { DefinedCommand, DefinedVariable } from './unit-definition.ts';
import { changedWords, type WordChange, wordEdits } from './word-edit.ts';

/** Whether bytes are touched word by word, or the whole assignment is written anew (where the former is read back otherwise). */
export type EditStyle = 'in-place' | 'anew';

/** Writes an argument so that `ExecStart=` gives it back as one word; `expands`: the command has its variables replaced. */
function writeExecWord(word: string, expands: boolean): string {
  const doubled = word.replace(/%/g, '%%');
  const escaped = expands ? doubled.replace(/\$/g, '$$$$') : doubled;
  return escaped === '' || escaped === ';' || /[\x00-\x20"'\\\x7f]/.test(escaped) ? `"${writeCEscapes(escaped)}"` : escaped;
}

/** A command as one line's worth of text, without the continuations and comments that stood in it. */
export function commandText(command: DefinedCommand): string {
  const { text } = command.entry.value;
  const words = command.words.some(({ start }) => start === command.head.start) ? command.words : [command.head, ...command.words];
  return words.map(({ start, end }) => text.slice(start, end)).join(' ');
}

/** The edits of a unit file that change the words of one of its commands. Undefined when they cannot be made in place. */
export function execEdits(command: DefinedCommand, change: WordChange, style: EditStyle): readonly TextEdit[] | undefined {
  const encode = (word: string): string => writeExecWord(word, command.expands);
  const { value, from } = command.entry;
  if (style === 'in-place') {
    return wordEdits({ file: command.file.text, source: value, words: command.words, emptyAt: from }, change, encode);
  }
  const raws = changedWords(
    command.words.map(({ start, end }) => value.text.slice(start, end)),
    {
      actions: change.actions.map((one) => (one.kind === 'replace' ? { ...one, text: encode(one.text) } : one)),
      append: change.append.map(encode),
    },
  );
  const start = value.from[command.words[0]?.start ?? 0] ?? from;
  return [{ from: start, to: offsetAt(value, command.end, start), text: raws.join(' ') }].map((edit) => ({
    ...edit,
    to: value.to[command.end - 1] ?? edit.to,
  }));
}

/** The edits of a unit file that change the words in the value of an `Environment=` assignment. */
export function environmentEdits(variable: DefinedVariable, change: WordChange, style: EditStyle): readonly TextEdit[] | undefined {
  const words = extractWords(variable.value, SPLIT_RULES) ?? [];
  const source = variable.entry.value;
  const start = source.from[variable.start] ?? variable.entry.from;
  const end = source.to[variable.end - 1] ?? start;
  if (style === 'in-place') {
    const raw = source.text.slice(variable.start, variable.end);
    const emptyAt = /["']$/.test(raw) ? end - 1 : end;
    const encode = (word: string): string => writeCEscapes(writeSplitWord(word).replace(/%/g, '%%'));
    return wordEdits({ file: variable.file.text, source: variable.value, words, emptyAt }, change, encode);
  }
  const value = changedWords(
    words.map(({ word }) => word.text),
    change,
  )
    .map(writeSplitWord)
    .join(' ');
  return [{ from: start, to: end, text: `"${variable.name}=${writeCEscapes(value.replace(/%/g, '%%'))}"` }];
}

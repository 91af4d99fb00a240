import { fail, ok, type Result } from '../domain/failure.ts';

/** A word and the column (1-based) in which it begins. */
export interface Word {
  readonly text: string;
  readonly column: number;
}

/** How far a quoted part reaches, and what it says. */
function quotedPart(line: string, start: number): { readonly text: string; readonly end: number } | undefined {
  const quote = line.charAt(start);
  let text = '';
  for (let at = start + 1; at < line.length; at++) {
    const character = line.charAt(at);
    if (character === quote) return { text, end: at + 1 };
    const next = line.charAt(at + 1);
    if (character === '\\' && quote === '"' && (next === '"' || next === '\\')) {
      text += next;
      at++;
    } else text += character;
  }
  return undefined;
}

/**
 * Splits a line as Python's `shlex.split` does in POSIX mode: quotes are taken off, a backslash takes the next character
 * as it is, and, with `comments`, an unquoted `#` ends the line even in the middle of a word.
 */
export function splitWords(line: string, options: { readonly comments: boolean }): Result<readonly Word[]> {
  const words: Word[] = [];
  let text: string | undefined;
  let column = 0;
  const end = () => {
    if (text !== undefined) words.push({ text, column });
    text = undefined;
  };
  for (let at = 0; at < line.length; ) {
    const character = line.charAt(at);
    if (' \t\r\n'.includes(character)) {
      end();
      at++;
      continue;
    }
    if (character === '#' && options.comments) break;
    if (text === undefined) column = at + 1;
    if (character === '"' || character === "'") {
      const part = quotedPart(line, at);
      if (part === undefined) return fail('bad-input', `no closing ${character} for the one in column ${at + 1}`);
      text = (text ?? '') + part.text;
      at = part.end;
      continue;
    }
    const escaped = character === '\\';
    if (escaped && at + 1 >= line.length) return fail('bad-input', 'nothing follows the last backslash');
    text = (text ?? '') + line.charAt(escaped ? at + 1 : at);
    at += escaped ? 2 : 1;
  }
  end();
  return ok(words);
}

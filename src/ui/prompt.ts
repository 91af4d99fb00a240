import { PassThrough, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { promptedInLines } from './line-prompt.ts';
import type { Page } from './page.ts';

/** The two streams of a conversation. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
}

/** What is asked: a line, a secret that nobody sees, yes or no, one of several. Messages are safe to show. */
export type Prompt =
  | { readonly type: 'input'; readonly message: string }
  | { readonly type: 'password'; readonly message: string; readonly mask: false }
  | { readonly type: 'confirm'; readonly message: string; readonly default: false }
  | {
      readonly type: 'select';
      readonly message: string;
      readonly default: string;
      readonly choices: readonly { readonly name: string; readonly value: string }[];
    };

/**
 * What was typed or chosen; `none` where there is no terminal on both sides, or the input ended: a prompt on a pipe would wait for ever.
 * `interrupted` by Ctrl-C or from outside.
 */
export async function prompted(
  { input, output }: Terminal,
  page: Page,
  question: Prompt,
  signal?: AbortSignal,
): Promise<{ readonly value: string | boolean } | 'none' | 'interrupted'> {
  if (!input.isTTY || !output.isTTY) return 'none';
  if (!page.drawn) return promptedInLines({ input, output }, question, signal);
  // Loaded only when somebody is asked: it costs more to load than most commands take.
  const { createPromptModule } = await import('inquirer');
  const gone = new AbortController();
  const leave = () => gone.abort();
  const [keys, front] = [keysOf(input), kept(output, page)];
  input.once('end', leave);
  try {
    const prompt = createPromptModule({
      input: keys,
      output: front,
      signal: signal ? AbortSignal.any([gone.signal, signal]) : gone.signal,
    });
    return await prompt<{ value: string | boolean }>([{ ...question, name: 'value' }]);
  } catch (error) {
    if (gone.signal.aborted) return 'none';
    if (error instanceof Error && (error.name === 'ExitPromptError' || error.name === 'AbortPromptError')) return 'interrupted';
    throw error;
  } finally {
    input.removeListener('end', leave);
    input.unpipe(keys);
    input.pause();
    // What is written next must not overtake the prompt's last words, if the terminal still takes them.
    await finished(front.end()).catch(() => undefined);
  }
}

/**
 * A stream in front of the input: the prompt's readline answers an error of its input, as a terminal has when it is
 * closed, by one of its own that nobody hears, which would end the process in the middle of its run.
 */
function keysOf(input: Terminal['input']): PassThrough {
  const keys = new PassThrough();
  input.pipe(keys, { end: false });
  return Object.assign(keys, { isTTY: true, setRawMode: (raw: boolean) => input.setRawMode?.(raw) });
}

/** Select Graphic Rendition (ECMA-48 8.3.117): colours, bold, dim. */
const RENDITION = /\x1b\[[\d;]*m/g;

/**
 * A stream in front of the output: the prompt ends the stream that it is given, and has colours of its own that know
 * nothing of what was asked for.
 */
function kept(output: Terminal['output'], { style }: Page): Writable {
  const text = (chunk: unknown) => (style.coloured ? String(chunk) : String(chunk).replace(RENDITION, ''));
  const front = new Writable({ decodeStrings: false, write: (chunk, _encoding, done) => void output.write(text(chunk), () => done()) });
  return Object.defineProperties(front, { isTTY: { value: true }, columns: { get: () => output.columns ?? 80 } });
}

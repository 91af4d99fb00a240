import { createInterface } from 'node:readline';
import type { Prompt, Terminal } from './prompt.ts';

type Given = { readonly value: string | boolean } | 'none' | 'interrupted';

/**
 * The same questions as plain lines, for a screen reader and for a terminal whose cursor cannot be moved: choices are numbered, and a line
 * is typed. Return alone gives the answer that is the default.
 */
export async function promptedInLines(terminal: Terminal, question: Prompt, signal?: AbortSignal): Promise<Given> {
  const { output } = terminal;
  if (question.type !== 'select') {
    output.write(`${question.message}${question.type === 'confirm' ? ' Type yes or no; Return alone is no:' : ''} `);
    const line = question.type === 'password' ? await unseenLine(terminal, signal) : await typedLine(terminal, signal);
    if (typeof line === 'string') return line;
    return { value: question.type === 'confirm' ? /^y(es)?$/i.test(line.text.trim()) : line.text };
  }
  const { choices } = question;
  const usual =
    Math.max(
      0,
      choices.findIndex(({ value }) => value === question.default),
    ) + 1;
  output.write(`${question.message}\n${choices.map(({ name }, index) => `${index + 1}: ${name}\n`).join('')}`);
  for (;;) {
    output.write(`Type a number from 1 to ${choices.length}; Return alone is ${usual}: `);
    const line = await typedLine(terminal, signal);
    if (typeof line === 'string') return line;
    const text = line.text.trim();
    const chosen = text === '' ? choices[usual - 1] : choices[Number(text) - 1];
    if (chosen) return { value: chosen.value };
    output.write('That is none of them.\n');
  }
}

type Line = { readonly text: string } | 'none' | 'interrupted';

/** A line as the terminal itself lets it be edited. */
function typedLine({ input }: Terminal, signal?: AbortSignal): Promise<Line> {
  const lines = createInterface({ input, terminal: false });
  return new Promise((resolve) => {
    const end = (line: Line) => {
      signal?.removeEventListener('abort', interrupted);
      lines.removeAllListeners('close');
      lines.close();
      input.pause();
      resolve(line);
    };
    const interrupted = () => end('interrupted');
    if (signal?.aborted) return interrupted();
    signal?.addEventListener('abort', interrupted);
    lines.once('line', (text) => end({ text }));
    lines.once('close', () => end('none'));
  });
}

/** A line that is not shown while it is typed. */
function unseenLine({ input, output }: Terminal, signal?: AbortSignal): Promise<Line> {
  input.setRawMode?.(true);
  let text = '';
  return new Promise((resolve) => {
    const end = (line: Line) => {
      signal?.removeEventListener('abort', interrupted);
      input.removeListener('data', take);
      input.removeListener('end', gone);
      input.setRawMode?.(false);
      input.pause();
      output.write('\n');
      resolve(line);
    };
    const interrupted = () => end('interrupted');
    const gone = () => end('none');
    const take = (data: Buffer | string) => {
      for (const key of String(data)) {
        if (key === '\r' || key === '\n') return end({ text });
        if (key === '\x03') return interrupted();
        if (key === '\x04') return gone();
        text = key === '\x7f' || key === '\b' ? [...text].slice(0, -1).join('') : text + key;
      }
    };
    if (signal?.aborted) return interrupted();
    signal?.addEventListener('abort', interrupted);
    input.once('end', gone);
    input.on('data', take);
    input.resume();
  });
}

import { PassThrough } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { type Prompt, prompted, type Terminal } from '../../src/ui/prompt.ts';
import { testPage } from './fake-output.ts';

const CHOICES = [
  { name: 'No, change nothing', value: 'no' },
  { name: 'Yes', value: 'yes' },
];
const SELECT: Prompt = { type: 'select', message: 'Change 2 hosts?', default: 'no', choices: CHOICES };
const SECRET: Prompt = { type: 'password', message: 'Password?', mask: false };

class Conversation {
  readonly raw: boolean[] = [];
  readonly input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (on: boolean) => this.raw.push(on) });
  readonly stop = new AbortController();
  readonly given: ReturnType<typeof prompted>;
  seen = '';

  constructor(question: Prompt, page = testPage({ spoken: true })) {
    const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
    output.on('data', (chunk) => {
      this.seen += String(chunk);
    });
    this.given = prompted({ input: this.input, output } as unknown as Terminal, page, question, this.stop.signal);
  }

  async type(after: RegExp, keys: string): Promise<void> {
    await vi.waitFor(() => expect(this.seen).toMatch(after));
    this.input.write(keys);
  }
}

describe('a question in lines', () => {
  test.each<[string, Prompt, string, string | boolean]>([
    ['the choice of a number', SELECT, '2\n', 'yes'],
    ['the default for Return alone', SELECT, '\n', 'no'],
    ['a line as it is', { type: 'input', message: 'Which?' }, 'this one\n', 'this one'],
    ['a yes', { type: 'confirm', message: 'Sure?', default: false }, 'yes\n', true],
    ['a no for everything else', { type: 'confirm', message: 'Sure?', default: false }, 'yesterday\n', false],
    ['a secret, with what was corrected', SECRET, 'ab\x7fc\r', 'ac'],
  ])('gives %s', async (_, question, keys, value) => {
    const conversation = new Conversation(question);
    await conversation.type(/[?:] $/, keys);
    expect(await conversation.given).toEqual({ value });
    expect(conversation.seen).not.toMatch(/[\x1b\r]/);
  });

  test('numbers the choices, and asks again for what is none of them', async () => {
    const conversation = new Conversation(SELECT);
    await conversation.type(/is 1: $/, 'x\n');
    await conversation.type(/That is none of them\.\n.*is 1: $/, '2\n');
    expect(await conversation.given).toEqual({ value: 'yes' });
    expect(conversation.seen).toContain('Change 2 hosts?\n1: No, change nothing\n2: Yes\nType a number from 1 to 2; Return alone is 1: ');
  });

  test('does not show a secret, and leaves the terminal as it was', async () => {
    const conversation = new Conversation(SECRET);
    await conversation.type(/\? $/, 'hunter-22\r');
    await conversation.given;
    expect(conversation.seen).toBe('Password? \n');
    expect(conversation.raw).toEqual([true, false]);
  });

  test.each([SELECT, SECRET])('is answered by nobody when the terminal goes away, and interrupted from outside: %j', async (question) => {
    const gone = new Conversation(question);
    await gone.type(/[?:] $/, '');
    gone.input.end();
    expect(await gone.given).toBe('none');
    const stopped = new Conversation(question);
    await stopped.type(/[?:] $/, '');
    stopped.stop.abort();
    expect(await stopped.given).toBe('interrupted');
  });

  test('is put to whoever has a dumb terminal as well', async () => {
    const conversation = new Conversation(SELECT, testPage({ environment: { TERM: 'dumb' } }));
    await conversation.type(/is 1: $/, '\n');
    expect(await conversation.given).toEqual({ value: 'no' });
  });
});

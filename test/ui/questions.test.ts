import { PassThrough } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import type { Terminal } from '../../src/ui/prompt.ts';
import { askApproval, type Question, questionLines } from '../../src/ui/questions.ts';
import { testPage } from './fake-output.ts';

const QUESTION: Question = {
  verb: 'apply',
  runbook: 'kubelet-bad-flag',
  hosts: ['a', 'b', 'c'],
  waves: [1, 2],
  questions: ['Is the maintenance window open?'],
  irreversible: ['the cache is gone'],
  offersWaves: true,
  begun: false,
};
const DOWN = '\x1b[B';
const ENTER = '\r';

/** A terminal whose keys are pressed once the prompt stands on the screen. */
function terminal(isTTY = true) {
  const seen = { text: '' };
  const input = Object.assign(new PassThrough(), { isTTY, setRawMode: () => input });
  const output = Object.assign(new PassThrough(), { isTTY, columns: 80 });
  output.on('data', (chunk) => {
    seen.text += String(chunk);
  });
  const streams = { input, output } satisfies Terminal;
  return { streams, seen, prompts: () => seen.text.split('? Change 3 hosts?').length - 1 };
}

async function ask(keys: readonly string[], question = QUESTION) {
  const { streams, seen } = terminal();
  const answer = askApproval(streams, testPage(), question, () => ['THE DIFF']);
  await vi.waitFor(() => expect(seen.text).toContain('navigate'));
  for (const key of keys) streams.input.write(key);
  return { answer: await answer, text: seen.text };
}

describe('the confirmation', () => {
  test.each([
    ['no', [ENTER]],
    ['yes', [DOWN, ENTER]],
    ['wave', [DOWN, DOWN, ENTER]],
    ['interrupted', ['\x03']],
  ])('is answered %s by the keys %j', async (expected, keys) => {
    expect((await ask(keys)).answer).toBe(expected);
  });

  test('shows the diff when asked to, and asks again', async () => {
    const { streams, seen } = terminal();
    const answer = askApproval(streams, testPage(), QUESTION, () => ['THE DIFF']);
    await vi.waitFor(() => expect(seen.text).toContain('navigate'));
    for (const key of [DOWN, DOWN, DOWN, ENTER]) streams.input.write(key);
    await vi.waitFor(() => expect(seen.text.split('THE DIFF')[1]).toContain('navigate'));
    streams.input.write(ENTER);
    expect(await answer).toBe('no');
  });

  test('offers waves only where there are some', async () => {
    const { text } = await ask([ENTER], { ...QUESTION, offersWaves: false });
    expect(text).not.toContain('each wave');
  });

  test('is put to nobody when there is no terminal', async () => {
    const { streams, seen } = terminal(false);
    expect(await askApproval(streams, testPage(), QUESTION, () => [])).toBe('none');
    expect(seen.text).toBe('');
  });

  test('is given up when the input ends', async () => {
    const { streams, seen } = terminal();
    const answer = askApproval(streams, testPage(), QUESTION, () => []);
    await vi.waitFor(() => expect(seen.text).toContain('navigate'));
    streams.input.end();
    expect(await answer).toBe('none');
  });

  test('is interrupted from outside', async () => {
    const { streams, seen } = terminal();
    const stop = new AbortController();
    const answer = askApproval(streams, testPage(), QUESTION, () => [], stop.signal);
    await vi.waitFor(() => expect(seen.text).toContain('navigate'));
    stop.abort();
    expect(await answer).toBe('interrupted');
  });

  test('says how many hosts, in which waves, what cannot be taken back, and what the steps ask', () => {
    expect(questionLines(testPage(), QUESTION)).toEqual([
      '─'.repeat(80),
      'Apply kubelet-bad-flag on 3 hosts in 2 waves of 1 and 2: a, b, c',
      '  ! cannot be taken back: the cache is gone',
      '  ? Is the maintenance window open?',
    ]);
  });
});

describe('the confirmation of more than ten hosts', () => {
  const many = (count: number): Question => ({ ...QUESTION, hosts: Array.from({ length: count }, (_, index) => `h${index + 1}`) });
  const TYPED = 'Type their number';

  /** Chooses, and then types once the number is asked for. */
  async function choose(keys: readonly string[], typed: readonly string[], question = many(12)) {
    const { streams, seen } = terminal();
    const answer = askApproval(streams, testPage(), question, () => ['THE DIFF']);
    await vi.waitFor(() => expect(seen.text).toContain('navigate'));
    for (const key of keys) streams.input.write(key);
    await vi.waitFor(() => expect(seen.text).toContain(TYPED));
    for (const key of typed) streams.input.write(key);
    return { answer: await answer, text: seen.text };
  }

  test.each([
    ['yes', [DOWN, ENTER]],
    ['wave', [DOWN, DOWN, ENTER]],
  ])('is %s once that was chosen and their number typed', async (expected, keys) => {
    expect((await choose(keys, ['12', ENTER])).answer).toBe(expected);
    expect((await choose(keys, [' 12 ', ENTER])).answer).toBe(expected);
  });

  test.each(['y', 'Y', 'yes', '', '1', '11', '13', '012', '12.', '12 hosts', '1 2', '0xc', '12e0', '１２', 'all'])(
    'is no when %j is typed',
    async (typed) => {
      const { answer, text } = await choose([DOWN, ENTER], [typed, ENTER]);
      expect(answer).toBe('no');
      expect(text).toContain('That is not their number, so it is a no.');
    },
  );

  test('asks for no number where the answer is no already', async () => {
    const { answer, text } = await ask([ENTER], many(12));
    expect(answer).toBe('no');
    expect(text).not.toContain(TYPED);
  });

  test('can still be preceded by the diff', async () => {
    const { streams, seen } = terminal();
    const answer = askApproval(streams, testPage(), many(12), () => ['THE DIFF']);
    await vi.waitFor(() => expect(seen.text).toContain('navigate'));
    for (const key of [DOWN, DOWN, DOWN, ENTER]) streams.input.write(key);
    await vi.waitFor(() => expect(seen.text.split('THE DIFF')[1]).toContain('navigate'));
    for (const key of [DOWN, ENTER]) streams.input.write(key);
    await vi.waitFor(() => expect(seen.text).toContain(TYPED));
    for (const key of ['12', ENTER]) streams.input.write(key);
    expect(await answer).toBe('yes');
  });

  test('is interrupted by Ctrl-C where the number is asked for, and given up when the input ends there', async () => {
    expect((await choose([DOWN, ENTER], ['12', '\x03'])).answer).toBe('interrupted');
    const { streams, seen } = terminal();
    const answer = askApproval(streams, testPage(), many(12), () => []);
    await vi.waitFor(() => expect(seen.text).toContain('navigate'));
    for (const key of [DOWN, ENTER]) streams.input.write(key);
    await vi.waitFor(() => expect(seen.text).toContain(TYPED));
    streams.input.end('12');
    expect(await answer).toBe('none');
  });

  test.each([
    ['ten hosts', many(10)],
    ['a plan that is approved, which changes nothing yet', { ...many(12), signs: true }],
  ] as const)('does not ask for the number of %s', async (_, question) => {
    const { answer, text } = await ask([DOWN, ENTER], question);
    expect(answer).toBe('yes');
    expect(text).not.toContain(TYPED);
  });

  test('asks for the number of eleven', async () => {
    expect((await choose([DOWN, ENTER], ['11', ENTER], many(11))).answer).toBe('yes');
  });
});

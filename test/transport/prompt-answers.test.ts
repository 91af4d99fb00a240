import type { Prompt } from 'ssh2';
import { describe, expect, it } from 'vitest';
import type { SecretRef } from '../../src/domain/transport.ts';
import { Countdown } from '../../src/transport/countdown.ts';
import { PromptAnswers } from '../../src/transport/prompt-answers.ts';

/** A login that is asked for something, and a person who knows these answers. */
function login(password: string | undefined, known: Readonly<Record<string, string>> = {}) {
  const asked: SecretRef[] = [];
  const notes = { unanswered: [] as string[] };
  let gaveUp = () => {};
  const countdown = new Countdown(1_000_000);
  countdown.stop();
  const answers = new PromptAnswers('web1', {
    ...(password === undefined ? {} : { password }),
    secrets: {
      get: async (ref) => {
        asked.push(ref);
        return known[ref.secret];
      },
    },
    countdown,
    notes,
    giveUp: () => gaveUp(),
  });
  const give = (prompts: readonly Prompt[], name = '', instructions = '') =>
    new Promise<readonly string[] | 'gave up'>((resolve) => {
      gaveUp = () => resolve('gave up');
      answers.give(name, instructions, prompts, resolve);
    });
  return { give, asked, notes };
}

const quiet = (prompt: string): Prompt => ({ prompt, echo: false });

describe('what a host asks at a login', () => {
  it.each(['Password: ', '(ops@token.example) Password: ', 'Passwort: ', '비밀번호: ', "ops@web1's password: "])(
    'is answered with the password of the inventory, once: %s',
    async (prompt) => {
      const { give, asked } = login('sesame');
      expect(await give([quiet(prompt)])).toEqual(['sesame']);
      expect(asked).toEqual([]);
      expect(await give([quiet(prompt)])).toBe('gave up');
    },
  );

  it.each(['Verification code: ', '(ops@web1) One-time password (OATH) for ops: ', 'Enter PIN: ', 'Duo passcode: ', 'New password: '])(
    'is asked of a person where it sounds like something else: %s',
    async (prompt) => {
      const { give, asked } = login('sesame', { [`web1 asks: ${prompt.trim()}`]: '123456' });
      expect(await give([quiet(prompt)])).toEqual(['123456']);
      expect(asked).toEqual([{ secret: `web1 asks: ${prompt.trim()}`, question: { echo: false } }]);
      expect(await give([quiet('Password: ')])).toEqual(['sesame']);
    },
  );

  it('is asked of a person where the answer is shown, and anew each time', async () => {
    const { give, asked } = login('sesame', { 'web1 asks: Duo two-factor login Option (1-3):': '1' });
    for (const _ of [1, 2]) {
      expect(await give([{ prompt: 'Option (1-3): ', echo: true }], 'Duo\r\n', 'two-factor\tlogin\n')).toEqual(['1']);
    }
    expect(asked).toHaveLength(2);
    expect(asked[0]?.question).toEqual({ echo: true });
  });

  it('may be several things at a time', async () => {
    const { give } = login('sesame', { 'web1 asks: Code:': '9' });
    expect(await give([quiet('Password: '), quiet('Code: ')])).toEqual(['sesame', '9']);
  });

  it('ends the login by name where nobody answers, and nothing is sent', async () => {
    const { give, notes } = login('sesame');
    expect(await give([quiet('Password: '), quiet('Verification code: ')])).toBe('gave up');
    expect(notes.unanswered).toEqual(['Verification code:']);
  });

  it('is told of on one line, and not at any length', async () => {
    const { give, notes } = login(undefined);
    await give([quiet(`a\nb${'c'.repeat(1_000)}`)]);
    expect(notes.unanswered).toEqual([`a b${'c'.repeat(297)}`]);
  });
});

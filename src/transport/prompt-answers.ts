import type { KeyboardInteractiveCallback, Prompt } from 'ssh2';
import type { Secrets } from '../domain/transport.ts';
import type { Countdown } from './countdown.ts';

/** What answers are made from. */
export interface AnswerSources {
  /** The password of the inventory. */
  readonly password?: string;
  readonly secrets: Secrets;
  readonly countdown: Countdown;
  readonly notes: { readonly unanswered: string[] };
  /** Ends the login: an empty answer would be counted against the account. */
  giveUp(): void;
}

/** Words of questions whose answer is no password, or not the one that stays. */
const OTHER = /\b(code|otp|token|pin|passcode|verification|one[- ]?time|factor|duo|yubikey|response|new)\b/i;
/** What sshd puts before a question of PAM: names, which may hold any of those words. */
const LOGIN = /^\s*\(\S+@\S+\) /;
const LONGEST = 300;

/**
 * Answers what a host asks at a login (RFC 4256), such as PAM. The password goes once, to the first question that does not echo and sounds
 * like no other; all else is asked of a person, one question after another, and named where nobody answers.
 */
export class PromptAnswers {
  readonly #host: string;
  readonly #sources: AnswerSources;
  #password: string | undefined;

  constructor(host: string, sources: AnswerSources) {
    this.#host = host;
    this.#sources = sources;
    this.#password = sources.password;
  }

  /** Answers the questions of one request, all of them or none. */
  give(name: string, instructions: string, prompts: readonly Prompt[], finish: KeyboardInteractiveCallback): void {
    this.#answers([name, instructions].join(' '), prompts).then(
      (answers) => (answers === undefined ? this.#sources.giveUp() : finish(answers)),
      () => this.#sources.giveUp(),
    );
  }

  async #answers(before: string, prompts: readonly Prompt[]): Promise<string[] | undefined> {
    const answers: string[] = [];
    for (const { prompt, echo } of prompts) {
      const isPassword = echo !== true && !OTHER.test(prompt.replace(LOGIN, ''));
      const answer = await this.#answer(wordsOf(`${before} ${prompt}`), isPassword, echo === true);
      if (answer === undefined) return undefined;
      answers.push(answer);
    }
    return answers;
  }

  async #answer(text: string, isPassword: boolean, echo: boolean): Promise<string | undefined> {
    const password = this.#password;
    if (password !== undefined && isPassword) {
      this.#password = undefined;
      return password;
    }
    const { secrets, countdown, notes } = this.#sources;
    const answer = await countdown.hold(() => secrets.get({ secret: `${this.#host} asks: ${text}`, question: { echo } }));
    if (answer === undefined) notes.unanswered.push(text);
    return answer;
  }
}

/** On one line; whoever shows it makes the rest of it visible. */
function wordsOf(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, LONGEST);
}

import ssh2, { type AuthHandlerMiddleware, type NextAuthHandler, type ParsedKey } from 'ssh2';
import type { Endpoint, Secrets } from '../domain/transport.ts';
import type { Countdown } from './countdown.ts';
import { type Identities, type Identity, isSameKey, type KeyRing } from './key-ring.ts';
import { PromptAnswers } from './prompt-answers.ts';

/** What was tried to log in, for the message when nothing worked. */
export interface LoginNotes {
  /** The methods that the host said would do; empty until it refused one. */
  methods: readonly string[];
  /** The host took something of us, and wants more. */
  partial: boolean;
  /** Questions of the host that nobody answered. */
  unanswered: string[];
  /** Keys that the host was, or would have been, shown. */
  identities: Identities;
  /** Whether a password was sent. */
  password: boolean;
  /** Keys that the host would take but that could not sign, and why. */
  problems: string[];
  /** The key that signed last. */
  signed?: Identity;
}

/** Notes before the first attempt. */
export function emptyLoginNotes(): LoginNotes {
  return { methods: [], partial: false, unanswered: [], identities: { usable: [], skipped: [] }, password: false, problems: [] };
}

type NextMethod = Parameters<NextAuthHandler>[0];

/**
 * The order of login: all keys, then the password where the target has one. No `none` probe is sent; a passphrase is asked
 * only when the host takes that key, a password only when the host does not rule it out. It begins once the early login is `over`, and leaves out
 * the key that was refused by then. `giveUp` ends the login where a question of the host
 * has no answer.
 */
export function loginOrder(
  target: Endpoint,
  tools: LoginTools,
  over: Promise<Identity | undefined>,
  notes: LoginNotes,
  giveUp: () => void,
): AuthHandlerMiddleware {
  const methods = loginMethods(target, tools, over, notes, giveUp);
  return (_left, _partial, next) => {
    // The declared type leaves out that `false` ends the login.
    const noMore = next as unknown as (end: false) => void;
    methods.next().then(
      ({ value }) => (value === undefined ? noMore(false) : next(value)),
      () => noMore(false),
    );
  };
}

/** What a login asks. */
interface LoginTools {
  readonly ring: KeyRing;
  readonly secrets: Secrets;
  readonly countdown: Countdown;
}

async function* loginMethods(
  target: Endpoint,
  { ring, secrets, countdown }: LoginTools,
  over: Promise<Identity | undefined>,
  notes: LoginNotes,
  giveUp: () => void,
): AsyncGenerator<NextMethod, undefined> {
  const username = target.user;
  const refused = await over;
  notes.identities = await countdown.hold(() => ring.identities(target));
  const mayTake = (method: string) => notes.methods.length === 0 || notes.methods.includes(method);
  for (const identity of notes.identities.usable) {
    // One may have been taken already, of several things that the host wants.
    if (!mayTake('publickey')) break;
    // RSA is shown once more: by then it is known which signatures the host takes.
    if (refused !== undefined && refused.publicKey.type !== 'ssh-rsa' && isSameKey(identity, refused)) continue;
    yield { type: 'agent', username, agent: new RingAgent([identity], countdown, notes) };
  }
  const reference = target.password;
  const wantsMore = notes.partial && notes.methods.includes('keyboard-interactive');
  if (reference === undefined ? !wantsMore : !(mayTake('password') || mayTake('keyboard-interactive'))) return undefined;
  const password = reference && (await countdown.hold(() => secrets.get(reference)));
  if (password === undefined && !wantsMore) return undefined;
  notes.password = password !== undefined;
  if (password !== undefined && mayTake('password')) yield { type: 'password', username, password };
  if (mayTake('keyboard-interactive')) {
    const answers = new PromptAnswers(target.host, { secrets, countdown, notes, giveUp, ...(password === undefined ? {} : { password }) });
    yield {
      type: 'keyboard-interactive',
      username,
      prompt: (name, text, _lang, prompts, finish) => answers.give(name, text, prompts, finish),
    };
  }
  return undefined;
}

/** Shows keys by the one method whose signatures may take their time: a passphrase may have to be typed first. */
class RingAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #identities: readonly Identity[];
  readonly #countdown: Countdown;
  readonly #notes: LoginNotes;

  constructor(identities: readonly Identity[], countdown: Countdown, notes: LoginNotes) {
    super();
    this.#identities = identities;
    this.#countdown = countdown;
    this.#notes = notes;
  }

  override getIdentities(done: (error: Error | undefined, keys?: ParsedKey[]) => void): void {
    done(
      undefined,
      this.#identities.map((identity) => identity.publicKey),
    );
  }

  override sign(publicKey: ParsedKey, data: Buffer, options: unknown, callback?: unknown): void {
    const done = (callback ?? options) as (error: Error | undefined, signature?: Buffer) => void;
    this.#sign(publicKey, data, rsaHashOf(options)).then(
      (signature) => done(undefined, signature),
      (error: Error) => done(error),
    );
  }

  async #sign(publicKey: ParsedKey, data: Buffer, rsaHash: string | undefined): Promise<Buffer> {
    const identity = this.#identities.find((one) => one.publicKey === publicKey);
    if (identity === undefined) throw new Error('a signature by a key that was not shown');
    try {
      await this.#countdown.hold(() => identity.unlock());
      const signature = await identity.sign(data, rsaHash);
      this.#notes.signed = identity;
      return signature;
    } catch (error) {
      this.#notes.problems.push(`${identity.label}: ${error instanceof Error ? error.message : String(error)}`);
      throw error;
    }
  }
}

function rsaHashOf(options: unknown): string | undefined {
  const isObject = typeof options === 'object' && options !== null;
  return isObject && 'hash' in options && typeof options.hash === 'string' ? options.hash : undefined;
}

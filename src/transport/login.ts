import ssh2, {
  type AuthHandlerMiddleware,
  type KeyboardInteractiveCallback,
  type NextAuthHandler,
  type ParsedKey,
  type Prompt,
} from 'ssh2';
import type { Endpoint, Secrets } from '../domain/transport.ts';
import type { Countdown } from './countdown.ts';
import type { Identities, Identity, KeyRing } from './key-ring.ts';

/** What was tried to log in, for the message when nothing worked. */
export interface LoginNotes {
  /** The methods that the host said would do; empty until it refused one. */
  methods: readonly string[];
  /** Keys that the host was, or would have been, shown. */
  identities: Identities;
  /** Whether a password was sent. */
  password: boolean;
  /** Keys that the host would take but that could not sign, and why. */
  problems: string[];
}

/** Notes before the first attempt. */
export function emptyLoginNotes(): LoginNotes {
  return { methods: [], identities: { usable: [], skipped: [] }, password: false, problems: [] };
}

type NextMethod = Parameters<NextAuthHandler>[0];

/**
 * The order of login: all keys, then the password where the target has one. No `none` probe is sent; a passphrase is asked
 * only when the host takes that key, a password only when the host does not rule it out.
 */
export function loginOrder(
  target: Endpoint,
  ring: KeyRing,
  secrets: Secrets,
  countdown: Countdown,
  notes: LoginNotes,
): AuthHandlerMiddleware {
  const methods = loginMethods(target, ring, secrets, countdown, notes);
  return (_left, _partial, next) => {
    // The declared type leaves out that `false` ends the login.
    const giveUp = next as unknown as (end: false) => void;
    methods.next().then(
      ({ value }) => (value === undefined ? giveUp(false) : next(value)),
      () => giveUp(false),
    );
  };
}

async function* loginMethods(
  target: Endpoint,
  ring: KeyRing,
  secrets: Secrets,
  countdown: Countdown,
  notes: LoginNotes,
): AsyncGenerator<NextMethod, undefined> {
  const username = target.user;
  notes.identities = await countdown.hold(() => ring.identities(target));
  if (notes.identities.usable.length > 0) {
    yield { type: 'agent', username, agent: new RingAgent(notes.identities.usable, countdown, notes) };
  }
  const reference = target.password;
  const mayTake = (method: string) => notes.methods.length === 0 || notes.methods.includes(method);
  if (reference === undefined || !(mayTake('password') || mayTake('keyboard-interactive'))) return undefined;
  const password = await countdown.hold(() => secrets.get(reference));
  if (password === undefined) return undefined;
  notes.password = true;
  if (mayTake('password')) yield { type: 'password', username, password };
  if (mayTake('keyboard-interactive')) yield { type: 'keyboard-interactive', username, prompt: answerOnce(password) };
  return undefined;
}

/** Gives the password to the first lone question that does not echo its answer, and nothing to any other. */
function answerOnce(password: string) {
  let answered = false;
  return (_name: string, _instructions: string, _lang: string, prompts: Prompt[], finish: KeyboardInteractiveCallback): void => {
    const isPassword = !answered && prompts.length === 1 && prompts[0]?.echo !== true;
    answered ||= isPassword;
    finish(prompts.map(() => (isPassword ? password : '')));
  };
}

/** Shows all keys by the one method whose signatures may take their time: a passphrase may have to be typed first. */
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
      return await identity.sign(data, rsaHash);
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

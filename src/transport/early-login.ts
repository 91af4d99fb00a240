import { before, type ClientParts, field } from './client-parts.ts';
import type { Identity } from './key-ring.ts';

/** What is sent to a host in one flight, as soon as its key was verified and before it has answered anything. */
export interface EarlyPlan {
  readonly user: string;
  /** Who signs; undefined: nothing is early. Asked for once the host's key was verified. */
  identity(): Promise<Identity | undefined>;
  /** A command to begin in the same flight. It must do nothing by itself. */
  readonly first?: EarlyCommand;
}

/** A command that is begun before it is known whether the login works. */
export interface EarlyCommand {
  readonly command: string;
  /** Opens a channel for it, by the library's `exec`. Resolves to whether it began; throws nothing. */
  begin(): Promise<boolean>;
  /** The login was refused: the channel will not open. */
  withdraw(): void;
}

/** OpenSSH, and whoever counts from 0, gives its first channel this number. */
const FIRST_CHANNEL = 0;

/**
 * The short way in. As it comes, the library waits four times for an answer that needs none: service, key query, signature, channel. RFC 4252
 * (section 5) and RFC 4254 let all of it be sent at once, and the host takes it in order: three round trips less.
 *
 * Nothing leaves before the host's key was verified. A host that does not take the key says so as always, and the ordinary order goes on; one that
 * hangs up over it is to be asked again without (`isDoubtful`).
 */
export class EarlyLogin {
  /** Resolves once the ordinary order of login is to begin: to the key that was refused, or to undefined where none was shown. */
  readonly over: Promise<Identity | undefined>;
  readonly #plan: EarlyPlan;
  readonly #end: (refused: Identity | undefined) => void;
  /** What was shown and not answered yet. */
  #shown: Identity | undefined;
  #began: Promise<boolean> | undefined;
  #doubtful = false;
  #unhook: () => void = () => {};

  constructor(plan: EarlyPlan) {
    this.#plan = plan;
    const { promise, resolve } = Promise.withResolvers<Identity | undefined>();
    this.over = promise;
    this.#end = resolve;
  }

  /** True as long as it may be what was sent early that the host hangs up over. */
  get isDoubtful(): boolean {
    return this.#doubtful;
  }

  /** Hooks it into a client that has begun to connect. `isRejected`: the host is not to be logged in to. */
  install({ protocol, handlers }: ClientParts, isRejected: () => boolean): void {
    const service = protocol.service.bind(protocol);
    protocol.service = (name) => {
      service(name);
      protocol.service = service;
      if (!isRejected()) void this.#start({ protocol, handlers }, isRejected);
    };
  }

  /** The host refused a method. True when it was the early one, of which the library knows nothing. */
  refused(): boolean {
    const identity = this.#shown;
    // A second refusal: whatever was sent with the first was borne.
    if (identity === undefined) this.#doubtful = false;
    if (identity === undefined) return false;
    this.#shown = undefined;
    if (this.#began !== undefined) this.#withdraw();
    this.#end(identity);
    return true;
  }

  /** The host let us in: resolves to the key that it took at once, if it was so, when the command has begun as well or was refused. */
  async taken(): Promise<Identity | undefined> {
    const identity = this.#shown;
    this.#shown = undefined;
    if ((await this.#began) === false) this.#withdraw();
    this.#doubtful = false;
    return identity;
  }

  #withdraw(): void {
    this.#began = undefined;
    this.#unhook();
    this.#plan.first?.withdraw();
  }

  async #start(parts: Pick<ClientParts, 'protocol' | 'handlers'>, isRejected: () => boolean): Promise<void> {
    const identity = await this.#plan.identity().catch(() => undefined);
    if (isRejected()) return;
    if (identity === undefined) return this.#end(undefined);
    const { publicKey } = identity;
    const [algorithm, hash] = publicKey.type === 'ssh-rsa' ? RSA : [publicKey.type, undefined];
    parts.protocol.authPK(this.#plan.user, publicKey, algorithm, (data, done) => {
      identity.sign(data, hash).then(
        (signature) => {
          if (isRejected()) return;
          this.#shown = identity;
          this.#doubtful = true;
          done(signature);
          this.#openChannel(parts);
        },
        () => this.#end(undefined),
      );
    });
  }

  #openChannel({ protocol, handlers }: Pick<ClientParts, 'protocol' | 'handlers'>): void {
    const { first } = this.#plan;
    if (first === undefined) return;
    const [session, exec] = [protocol.session.bind(protocol), protocol.exec.bind(protocol)];
    protocol.session = (...args) => {
      protocol.session = session;
      session(...args);
      exec(FIRST_CHANNEL, first.command, true);
    };
    this.#unhook = () => {
      protocol.session = session;
      protocol.exec = exec;
    };
    // The library sends it once the channel is open; by then the host has it.
    protocol.exec = (channel, command, wantReply) => {
      protocol.exec = exec;
      if (command !== first.command) exec(channel, command, wantReply);
    };
    this.#began = first.begin();
    before(handlers, 'CHANNEL_OPEN_CONFIRMATION', (_protocol, info) => {
      if (this.#doubtful && field(info, 'sender') !== FIRST_CHANNEL) throw new Error('it numbers its channels in another way');
      return true;
    });
  }
}

const RSA = ['rsa-sha2-256', 'sha256'] as const;

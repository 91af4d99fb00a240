import type { Duplex } from 'node:stream';
import type { Failure } from '../domain/failure.ts';
import type { Endpoint } from '../domain/transport.ts';
import { unreachableFailure } from './connect-failure.ts';
import type { Countdown } from './countdown.ts';
import { joinStreams } from './joined-streams.ts';
import type { Attempt, Session } from './session.ts';
import { Slots } from './slots.ts';
import { openWay } from './way.ts';

/** Ways through one jump host that are opened and logged in to at the same time. */
const AT_ONCE = 16;

/** Logs in to a jump host over a way that is opened for it. */
export type LoginToJump = (endpoint: Endpoint, way: (countdown: Countdown) => Promise<Duplex | Failure>) => Promise<Attempt>;

/** One login on a jump host, which all hosts behind it share while there are any. */
interface Shared {
  readonly attempt: Promise<Attempt>;
  readonly slots: Slots;
  users: number;
}

/**
 * Ways to hosts through jump hosts: one login a jump host for all that lie behind it, SSH end to end within each, so that a jump host sees
 * nothing and holds no key (ssh_config(5), ProxyJump).
 */
export class JumpHosts {
  readonly #login: LoginToJump;
  readonly #shared = new Map<string, Shared>();

  constructor(login: LoginToJump) {
    this.#login = login;
  }

  /** Opens the way to an endpoint through jump hosts, the first one first; straight where there are none. */
  async open(endpoint: Endpoint, jumps: readonly Endpoint[], countdown: Countdown): Promise<Duplex | Failure> {
    const last = jumps.at(-1);
    if (last === undefined) return openWay(endpoint, countdown);
    const before = jumps.slice(0, -1);
    const name = JSON.stringify(jumps);
    const shared = this.#shared.get(name) ?? this.#share(name, last, before);
    shared.users += 1;
    // The limit of the jump host's own login counts meanwhile.
    const release = await countdown.hold(() => shared.slots.take());
    try {
      const attempt = await countdown.hold(() => shared.attempt);
      const way = attempt.ok ? await forward(attempt.session, endpoint, last) : throughJump(last, attempt.failure);
      if ('code' in way) this.#left(name, shared);
      else way.once('close', () => this.#left(name, shared));
      return way;
    } finally {
      release();
    }
  }

  #share(name: string, jump: Endpoint, before: readonly Endpoint[]): Shared {
    const attempt = this.#login(jump, (countdown) => this.open(jump, before, countdown));
    const shared: Shared = { attempt, slots: new Slots(AT_ONCE), users: 0 };
    this.#shared.set(name, shared);
    const forget = () => {
      if (this.#shared.get(name) === shared) this.#shared.delete(name);
    };
    void attempt.then((ended) => {
      if (ended.ok) ended.session.socket.once('close', forget);
      else forget();
    }, forget);
    return shared;
  }

  #left(name: string, shared: Shared): void {
    shared.users -= 1;
    if (shared.users > 0) return;
    if (this.#shared.get(name) === shared) this.#shared.delete(name);
    void shared.attempt.then((ended) => {
      if (ended.ok) ended.session.client.end();
    });
  }
}

/** Of several jump hosts, the one that was not reached is named. */
function throughJump({ host }: Endpoint, failure: Failure): Failure {
  return failure.message.startsWith('jump host ') ? failure : { ...failure, message: `jump host ${host}: ${failure.message}` };
}

/** A channel of the jump host's connection that leads to an address, as the jump host itself sees it. */
function forward({ client, dropped }: Session, endpoint: Endpoint, jump: Endpoint): Promise<Duplex | Failure> {
  return new Promise((resolve) => {
    const refused = (error: Error) => {
      const why = new Error(`jump host ${jump.host} opens no way there: ${dropped() ?? error.message}`);
      resolve({ ...unreachableFailure(endpoint, 'connecting', why), hint: FORWARD_HINT });
    };
    try {
      client.forwardOut('127.0.0.1', 0, endpoint.address, endpoint.port, (error, channel) => {
        if (error) {
          refused(error);
          return;
        }
        const way = joinStreams({ input: channel, output: channel, kill: () => channel.close() });
        channel.once('close', () => way.destroy());
        resolve(way);
      });
    } catch (error) {
      refused(error instanceof Error ? error : new Error(String(error)));
    }
  });
}

const FORWARD_HINT =
  'is the host up, does its name resolve there, and does sshd on the jump host allow it (AllowTcpForwarding, PermitOpen)?';

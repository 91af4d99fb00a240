import type { Duplex } from 'node:stream';
import ssh2, { type Client, type ServerHostKeyAlgorithm } from 'ssh2';
import type { Failure } from '../domain/failure.ts';
import type { Endpoint, Secrets } from '../domain/transport.ts';
import { pinnedAlgorithms } from './algorithms.ts';
import { type ClientParts, partsOf } from './client-parts.ts';
import { authFailure, type ConnectPhase, timeoutFailure, unreachableFailure } from './connect-failure.ts';
import type { Countdown } from './countdown.ts';
import { type EarlyCommand, EarlyLogin } from './early-login.ts';
import type { HostKeyCheck } from './host-key-check.ts';
import type { KeyRing } from './key-ring.ts';
import { emptyLoginNotes, loginOrder } from './login.ts';
import { installGuard } from './protocol-guard.ts';
import { ProxyEnded } from './way.ts';

/** A client that is logged in, on a stream of ours. */
export interface Session {
  readonly client: Client;
  readonly socket: Duplex;
  /** The fingerprint of the key that the host showed. */
  readonly hostKey: string;
  /** Why the connection broke, where that is known. */
  readonly dropped: () => string | undefined;
}

/** What became of one attempt to log in. */
export type Attempt =
  | { readonly ok: true; readonly session: Session }
  /**
   * `early`: the host hung up before it said a word of SSH, as sshd does past MaxStartups. `hasty`: it may have hung up over what was sent before it
   * had answered, and does not without (`LoginContext.patient`).
   */
  | { readonly ok: false; readonly failure: Failure; readonly early: boolean; readonly hasty: boolean };

const KEEP_ALIVES_MISSED = 3;

/** What a login needs besides its target. */
export interface LoginContext {
  readonly ring: KeyRing;
  readonly secrets: Secrets;
  readonly countdown: Countdown;
  readonly check: HostKeyCheck;
  /** Host key types to ask for first. */
  readonly types: readonly string[];
  /** Waits for each answer, as the library does; so does every login that has a password. */
  readonly patient: boolean;
  /** A command to begin with the login, where that is not patient. */
  first?(session: Session): EarlyCommand;
}

/** Exchanges keys and logs in. The only place that makes a client, so that none is without its host key check. */
export function login(target: Endpoint, socket: Duplex, context: LoginContext): Promise<Attempt> {
  const { countdown, check, ring } = context;
  const client = new ssh2.Client();
  const notes = emptyLoginNotes();
  let phase: ConnectPhase = 'key exchange';
  let spoke = false;
  let dropped: string | undefined;
  let banner = '';
  let parts: ClientParts | undefined;
  const session: Session = {
    client,
    socket,
    get hostKey() {
      return check.fingerprint ?? '';
    },
    dropped: () => check.failure?.message ?? dropped,
  };
  // After a host that hung up it would be asked once more without what was early: a wrong password must not be said twice.
  const patient = context.patient || target.password !== undefined;
  const first = patient ? undefined : context.first?.(session);
  const identities = () => countdown.hold(() => ring.identities(target));
  const early = new EarlyLogin({
    user: target.user,
    identity: async () => (patient ? undefined : ring.likely(target.user, await identities())),
    ...(first === undefined ? {} : { first }),
  });

  return new Promise((resolve) => {
    const giveUp = (failure: Failure, final = false) => {
      socket.destroy();
      const hasty = early.isDoubtful && !final && !countdown.signal.aborted;
      resolve({ ok: false, failure, early: !spoke && !(socket.errored instanceof ProxyEnded), hasty });
    };
    const drop = (why: string) => {
      dropped ??= why;
      giveUp(unreachableFailure(target, phase, new Error(why)));
    };
    const listen = (chunk: Buffer) => {
      if (!chunk.includes('SSH-')) return;
      spoke = true;
      socket.off('data', listen);
    };
    socket.on('data', listen);
    client.on('handshake', (negotiated) => {
      phase = 'login';
      parts?.readyKeys();
      const isChaCha = [negotiated.cs.cipher, negotiated.sc.cipher].some((cipher) => cipher.startsWith('chacha20'));
      if (isChaCha && parts?.isStrict() !== true) drop('it offers ChaCha20 without strict key exchange, which is open to CVE-2023-48795');
    });
    client.on('error', (error) => {
      if (isOneKeyOnly(error)) return;
      dropped ??= error.message;
      if (check.failure !== undefined) giveUp(check.failure);
      else if (phase === 'login' && isRefusal(error)) {
        giveUp(authFailure(target, notes, isFinal(error) ? undefined : error.message), isFinal(error) || TOO_MANY.test(error.message));
      } else giveUp(unreachableFailure(target, phase, error));
    });
    client.on('change password', () => giveUp(authFailure(target, notes, 'the password has expired')));
    // What PAM has against an account (pam_nologin: "System is booting up") comes as a banner before sshd hangs up.
    client.on('banner', (text) => {
      banner = text;
    });
    client.on('close', () => giveUp(check.failure ?? unreachableFailure(target, phase, new Error(hungUp(banner)))));
    countdown.signal.addEventListener('abort', () => giveUp(timeoutFailure(target, phase)), { once: true });
    client.on('ready', () => {
      void early.taken().then((identity) => {
        const taken = identity ?? notes.signed;
        if (taken !== undefined) ring.remember(target.user, taken);
        resolve({ ok: true, session });
      });
    });

    if (socket.destroyed) giveUp(unreachableFailure(target, phase, new Error('the host closed the connection')));
    client.connect({
      sock: socket,
      username: target.user,
      algorithms: pinnedAlgorithms(context.types, target.hostKeyAlgorithms),
      hostVerifier: (key: Buffer) => check.accepts(key),
      authHandler: loginOrder(target, context, early.over, notes, () => giveUp(authFailure(target, notes), true)),
      // The countdown is the only limit: it knows when a person is being asked.
      readyTimeout: 0,
      keepaliveInterval: target.keepAliveMs,
      keepaliveCountMax: KEEP_ALIVES_MISSED,
      agentForward: false,
    });
    parts = partsOf(client);
    installGuard(parts, {
      drop,
      loginRefused: (methods, partial) => {
        notes.methods = methods;
        notes.partial ||= partial;
        return !early.refused();
      },
    });
    early.install(parts, () => socket.destroyed);
  });
}

/**
 * Has a server show a host key of a kind, and prove that it has it by the key exchange; hangs up before anything of a login is sent. Its
 * blob; `unshown`: it has none of that kind.
 */
export function showHostKey(
  endpoint: Endpoint,
  socket: Duplex,
  algorithms: readonly ServerHostKeyAlgorithm[],
  countdown: Countdown,
): Promise<Uint8Array | 'unshown' | Failure> {
  const client = new ssh2.Client();
  let shown: Uint8Array | undefined;
  return new Promise((resolve) => {
    const end = (answer: Uint8Array | 'unshown' | Failure) => {
      socket.destroy();
      resolve(answer);
    };
    client.on('error', (error) =>
      end(/no matching host key/.test(error.message) ? 'unshown' : unreachableFailure(endpoint, 'key exchange', error)),
    );
    client.on('close', () => end(unreachableFailure(endpoint, 'key exchange', new Error('the host closed the connection'))));
    countdown.signal.addEventListener('abort', () => end(timeoutFailure(endpoint, 'key exchange')), { once: true });
    // Only now has the signature been verified.
    client.on('handshake', () => end(shown ?? 'unshown'));
    client.connect({
      sock: socket,
      username: endpoint.user,
      algorithms: { ...pinnedAlgorithms([]), serverHostKey: [...algorithms] },
      hostVerifier: (key: Buffer) => {
        shown = Uint8Array.from(key);
        return true;
      },
      authHandler: [],
      readyTimeout: 0,
    });
  });
}

/** sshd's last word past MaxAuthTries: to come again would only make it worse. */
const TOO_MANY = /too many authentication failures/i;

function hungUp(banner: string): string {
  const said = banner.trim().replace(/\s+/g, ' ').slice(0, 300);
  return `the host closed the connection${said === '' ? '' : `, and said: ${said}`}`;
}

type ClientError = Error & { readonly level?: string; readonly code?: unknown };

/** A key that could not sign: noted, and the next one is tried. */
function isOneKeyOnly(error: ClientError): boolean {
  return error.level === 'agent';
}

/** The host ended the login: all methods failed, or it sent a numbered disconnect such as "Too many authentication failures". */
function isRefusal(error: ClientError): boolean {
  return isFinal(error) || typeof error.code === 'number';
}

function isFinal(error: ClientError): boolean {
  return error.level === 'client-authentication';
}

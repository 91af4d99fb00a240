import type { Become, Connection, ExecRequest, ExecResult } from '../domain/transport.ts';
import { bootstrap, readyMarker } from './bootstrap.ts';
import type { Attempt, Peer } from './exchange.ts';
import type { HostShell } from './host-shell.ts';
import { endMarker, type Script, scriptBytes } from './script.ts';

/** Time for login shell, sudo and the way there and back, on top of what a script needs, in ms. */
export const OVERHEAD_MS = 30_000;
/** What start-up files may print before the shell is there, in bytes. */
const START_UP_BYTES = 1024 * 1024;

/** A shell that is asked for together with the login. */
export interface Opening {
  readonly request: ExecRequest;
  readonly become: Become;
  readonly nonce: string;
}

/** Asks for the host's shell, and for nothing else: what can be sent before it is known whether the login works. */
export function openingOf(become: Become, shell: HostShell, nonce: string): Opening {
  const stays = { marker: readyMarker(nonce), streams: ['stdout'] } as const;
  const request = { ...bootstrap(become, shell, nonce, undefined), timeoutMs: OVERHEAD_MS, maxBytes: START_UP_BYTES, stays };
  return { request, become, nonce };
}

/** How the shell is kept after a script, where both that and the connection allow it. */
export function rest({ keeps }: Connection, { leavesShell }: Script, nonce: string): Pick<ExecRequest, 'stays'> {
  return keeps && leavesShell ? { stays: { marker: endMarker(nonce), streams: ['stdout', 'stderr'] } } : {};
}

/**
 * The one shell of a connection that has run a script and waits for the next: a round trip for each further one, where a new exec takes three, starts
 * the login shell and asks sudo anew. No more than one, since a host may allow a single session a connection.
 */
export class KeptShell {
  readonly #peer: Peer;
  #opening: Opening | undefined;
  /** How the shell that was asked for with the login failed, until a script is told: its sudo may have had a password, which is not to be said twice. */
  #failed: { readonly asRoot: boolean; readonly attempt: Attempt } | undefined;
  #shell: { readonly number: number; readonly asRoot: boolean } | undefined;

  /** `opening`: what the connection was asked for along with the login. */
  constructor(peer: Peer, opening?: Opening) {
    this.#peer = peer;
    this.#opening = peer.connection.keeps ? opening : undefined;
  }

  /** Remembers the shell that an exec has left, if it has. */
  keep(result: ExecResult, { enabled }: Become): void {
    if (result.kind === 'stayed') this.#shell = { number: result.number, asRoot: enabled };
  }

  /** Runs a script in the shell that there is; undefined where there is none of that privilege, and so nothing was sent. */
  async run(become: Become, script: Script): Promise<Attempt | undefined> {
    const refused = await this.#open(become);
    if (refused) return refused;
    const shell = this.#shell;
    this.#shell = undefined;
    if (shell === undefined) return undefined;
    const { connection } = this.#peer;
    // Somebody else's shell may hold the only session that the host allows.
    const isOurs = shell.asRoot === become.enabled;
    const hidden = this.#peer.nonce();
    const preamble = isOurs ? scriptBytes(script, this.#peer.shell, hidden) : new Uint8Array();
    const stays = isOurs ? rest(connection, script, hidden) : {};
    const { timeoutMs, maxBytes } = script;
    const request = { command: '', preamble, gates: [], timeoutMs: timeoutMs + OVERHEAD_MS, maxBytes, to: shell.number, ...stays };
    const result = await connection.exec(request);
    this.keep(result, become);
    const isAskedAnew = isUnsent(result) || (script.leavesShell === true && isGone(result, connection));
    return isOurs && !isAskedAnew ? { answered: true, result, shown: hidden, hidden } : undefined;
  }

  /** Takes up the shell that was asked for with the login; how that failed, for the first script of its privilege. */
  async #open(become: Become): Promise<Attempt | undefined> {
    const opening = this.#opening;
    this.#opening = undefined;
    if (opening !== undefined) {
      const result = await this.#peer.connection.exec(opening.request);
      this.keep(result, opening.become);
      const attempt = { answered: false, result, shown: opening.nonce, hidden: opening.nonce } as const;
      if (result.kind !== 'stayed' && !isUnsent(result)) this.#failed = { asRoot: opening.become.enabled, attempt };
    }
    const failed = this.#failed;
    if (failed?.asRoot !== become.enabled) return undefined;
    this.#failed = undefined;
    return failed.attempt;
  }
}

function isUnsent(result: ExecResult): boolean {
  return result.kind === 'lost' && result.unsent === true;
}

/** The shell had ended before the script came to it, and the connection is there: what only reads may be asked once more. */
function isGone(result: ExecResult, { closed }: Connection): boolean {
  if (closed || result.stdout.length > 0) return false;
  return result.kind === 'signalled' || (result.kind === 'lost' && !result.blind);
}

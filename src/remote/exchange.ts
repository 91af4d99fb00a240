import { HostFault } from '../domain/failure.ts';
import type { Become, Connection, ExecRequest, ExecResult, Target } from '../domain/transport.ts';
import { bootstrap, bootstrapFailure, lacksTerminal, wantsTerminal, wasReady } from './bootstrap.ts';
import { type Frames, parseFrames } from './frames.ts';
import type { HostShell } from './host-shell.ts';
import { type KeptShell, OVERHEAD_MS, rest } from './kept-shell.ts';
import { type Script, scriptBytes } from './script.ts';

/** What every exchange with one host needs. */
export interface Peer {
  readonly connection: Connection;
  readonly target: Target;
  readonly shell: HostShell;
  /** 32 hex digits, never the same twice. */
  nonce(): string;
}

/** What exchanges learn of a host for those that follow on the same connection. */
export interface Learnt {
  /** sudo said that it runs nothing without a terminal. */
  sudoWantsTerminal: boolean;
}

/**
 * Runs a script on a host, in the shell that was kept or in an exec of its own, and gives its frames. All of them, or a `HostFault`: an answer without its end
 * marker is none. Codes: as `bootstrapFailure` has them when nothing ran; `lost`, `timed-out` or `too-large` when the
 * answer broke off, and it is not known how far the script came.
 */
export async function exchange(peer: Peer, become: Become, script: Script, learnt: Learnt, kept: KeptShell): Promise<Frames> {
  const first = (await kept.run(become, script)) ?? (await attempt(peer, become, script, learnt.sudoWantsTerminal, kept));
  if (first.answered || learnt.sudoWantsTerminal || !wantsTerminal(become, first.result)) return framesOf(first, peer, become);
  // Nothing of it ran.
  const second = await attempt(peer, become, script, true, kept);
  if (!second.answered && lacksTerminal(second.result)) return framesOf(first, peer, become);
  learnt.sudoWantsTerminal = second.answered;
  return framesOf(second, peer, become);
}

/** How far a script came. */
export interface Attempt {
  /** The script was sent, or it is not known whether it was. */
  readonly answered: boolean;
  readonly result: ExecResult;
  readonly shown: string;
  readonly hidden: string;
}

async function attempt(peer: Peer, become: Become, script: Script, terminal: boolean, kept: KeptShell): Promise<Attempt> {
  // The first nonce shows in the host's process list, the one that frames the answer must not.
  const [shown, hidden] = [peer.nonce(), peer.nonce()];
  const request: ExecRequest = {
    ...bootstrap(become, peer.shell, shown, scriptBytes(script, peer.shell, hidden), { terminal }),
    timeoutMs: script.timeoutMs + OVERHEAD_MS,
    maxBytes: script.maxBytes,
    ...rest(peer.connection, script, hidden),
  };
  const result = await peer.connection.exec(request);
  kept.keep(result, become);
  const isBlind = result.kind === 'lost' && result.blind === true;
  return { answered: isBlind || wasReady(result, shown), result, shown, hidden };
}

function framesOf({ answered, result, shown, hidden }: Attempt, { target }: Peer, become: Become): Frames {
  if (!answered) throw new HostFault(bootstrapFailure(result, target, become, shown));
  const { frames, complete } = parseFrames(result.stdout, result.stderr, hidden);
  if ((result.kind === 'exited' || result.kind === 'stayed') && complete) return frames;
  throw brokenOff(result, target.host);
}

function brokenOff(result: ExecResult, host: string): HostFault {
  switch (result.kind) {
    case 'timed-out':
      return new HostFault({ code: 'timed-out', message: `${host} did not answer in time` });
    case 'flooded':
      return new HostFault({ code: 'too-large', message: `${host} sent more than was asked for, and was cut off` });
    case 'lost':
      return new HostFault({ code: 'lost', message: `the connection to ${host} was lost: ${result.why}` });
    default:
      return new HostFault({ code: 'lost', message: `the answer of ${host} broke off before its end` });
  }
}

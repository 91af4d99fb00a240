import { HostFault } from '../domain/failure.ts';
import type { Become } from '../domain/transport.ts';
import { exchange, type Learnt, type Peer } from './exchange.ts';
import type { Frames } from './frames.ts';
import { KeptShell, type Opening } from './kept-shell.ts';
import type { Script } from './script.ts';

/** One host's connection, shared by its readers and writers. */
export interface Link {
  /** One exchange; they are held one after another, since a host may allow a single session a connection. */
  run(script: Script, become: Become): Promise<Frames>;
  readonly closed: boolean;
  close(): Promise<void>;
}

/** Wraps a connection; `opening`: what it was asked for along with the login. Once it is gone, every run throws `HostFault` (`lost`): nothing is opened again behind a reader's back. */
export function createLink(peer: Peer, opening?: Opening): Link {
  let last: Promise<unknown> = Promise.resolve();
  const learnt: Learnt = { sudoWantsTerminal: false };
  const kept = new KeptShell(peer, opening);
  let broken = false;
  /** What sudo said to the password: tried again and again, a wrong one would lock the account. */
  let unaccepted: HostFault | undefined;
  const closed = (): boolean => broken || peer.connection.closed;

  async function runOne(script: Script, become: Become): Promise<Frames> {
    if (closed()) throw new HostFault({ code: 'lost', message: `the connection to ${peer.target.host} is gone` });
    const usesPassword = become.enabled && become.password !== undefined;
    if (usesPassword && unaccepted) throw unaccepted;
    try {
      return await exchange(peer, become, script, learnt, kept);
    } catch (fault) {
      if (usesPassword && fault instanceof HostFault && fault.failure.code === 'become') unaccepted = fault;
      if (fault instanceof HostFault && (fault.failure.code === 'lost' || fault.failure.code === 'unreachable')) broken = true;
      throw fault;
    }
  }

  return {
    run(script, become) {
      const turn = last.then(() => runOne(script, become));
      last = turn.catch(() => undefined);
      return turn;
    },
    get closed() {
      return closed();
    },
    close: () => peer.connection.close(),
  };
}

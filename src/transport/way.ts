import { spawn } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { connect as dialSocket, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Failure } from '../domain/failure.ts';
import type { Endpoint } from '../domain/transport.ts';
import { timeoutFailure, unreachableFailure } from './connect-failure.ts';
import type { Countdown } from './countdown.ts';
import { joinStreams } from './joined-streams.ts';

/** Opens the way to a server that lies behind no jump host: its ProxyCommand, or TCP. A failure when there is none in time. */
export function openWay(endpoint: Endpoint, countdown: Countdown): Promise<Duplex | Failure> {
  return endpoint.proxyCommand === undefined ? dial(endpoint, countdown) : Promise.resolve(proxy(endpoint.proxyCommand));
}

const FAMILIES = { inet: 4, inet6: 6 } as const;

/** Opens the TCP connection from the address and in the family that are asked for. */
async function dial(target: Endpoint, countdown: Countdown): Promise<Duplex | Failure> {
  const wanted = target.addressFamily && FAMILIES[target.addressFamily];
  const literal = isIP(target.address);
  if (wanted !== undefined && literal !== 0 && literal !== wanted) {
    return unreachableFailure(target, 'connecting', new Error(`AddressFamily ${target.addressFamily} rules its address out`));
  }
  if (target.bindAddress === undefined) return dialFrom(target, { ...(wanted === undefined ? {} : { family: wanted }) }, countdown);
  const from = await bindTo(target, target.bindAddress, wanted ?? (literal || undefined));
  return 'code' in from ? from : dialFrom(target, from, countdown);
}

/** Where a connection comes from, and in which family of addresses it goes. */
interface From {
  readonly family?: 4 | 6;
  readonly localAddress?: string;
}

/** An address of this machine by its name or itself; the connection is of its family. */
async function bindTo(target: Endpoint, bindAddress: string, family: number | undefined): Promise<From | Failure> {
  try {
    const found = await lookup(bindAddress, family === undefined ? {} : { family });
    return { localAddress: found.address, family: found.family === 6 ? 6 : 4 };
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return unreachableFailure(target, 'connecting', new Error(`BindAddress ${bindAddress} is no address of this machine (${why})`));
  }
}

/** Without Nagle's delay: it would cost 40 ms and more for each exchange. */
function dialFrom(target: Endpoint, from: From, countdown: Countdown): Promise<Duplex | Failure> {
  return new Promise((resolve) => {
    const socket = dialSocket({ host: target.address, port: target.port, noDelay: true, ...from });
    const giveUp = (failure: Failure) => {
      socket.destroy();
      resolve(failure);
    };
    if (countdown.signal.aborted) giveUp(timeoutFailure(target, 'connecting'));
    socket.on('error', (error) => giveUp(unreachableFailure(target, 'connecting', innermost(error))));
    countdown.signal.addEventListener('abort', () => giveUp(timeoutFailure(target, 'connecting')), { once: true });
    socket.once('connect', () => resolve(gathering(socket)));
  });
}

/**
 * What is written in one turn of the event loop leaves by one system call, in one segment: the client library writes each packet in three parts, which
 * without Nagle's delay would each be a segment of their own.
 */
function gathering(socket: Socket): Socket {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  let corked = false;
  socket.write = (...args: unknown[]) => {
    if (!corked) {
      corked = true;
      socket.cork();
      process.nextTick(() => {
        corked = false;
        socket.uncork();
      });
    }
    return write(...args);
  };
  return socket;
}

/** Where a name has several addresses, the errors of all come wrapped in one. */
function innermost(error: unknown): unknown {
  return error instanceof AggregateError ? (error.errors[0] ?? error) : error;
}

/** A ProxyCommand ended, or could not be started: it would do so again. */
export class ProxyEnded extends Error {}

/**
 * The standard streams of a command as one stream; what it says on standard error is in the error when it ends. It is run as ssh
 * does it, by the shell, but by /bin/sh and not the user's.
 */
function proxy(command: string): Duplex {
  const child = spawn('/bin/sh', ['-c', `exec ${command}`], { stdio: 'pipe', detached: true });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-300);
  });
  const kill = () => {
    if (child.pid !== undefined && child.exitCode === null) killGroup(child.pid);
  };
  const stream = joinStreams({ input: child.stdin, output: child.stdout, kill });
  const ended = (why: string) => stream.destroy(new ProxyEnded(`ProxyCommand ${why}${said.trim() === '' ? '' : `: ${said.trim()}`}`));
  child.once('error', (error) => ended(`could not be started: ${error.message}`));
  child.once('close', (code, signal) => ended(`ended with ${code ?? signal}`));
  return stream;
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

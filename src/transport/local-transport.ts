import { type ChildProcess, spawn } from 'node:child_process';
import type { Connection, ExecRequest, ExecResult, Secrets, Transport } from '../domain/transport.ts';
import { Exchange } from './exchange.ts';

/**
 * This machine itself, without a network: each command is run by `/bin/sh -c`, as the current user, in the current directory.
 * Gates and limits work as they do over SSH. The target is not looked at.
 */
export function createLocalTransport(options: { readonly secrets?: Secrets } = {}): Transport {
  const secrets = options.secrets ?? { get: async () => undefined };
  return { connect: async () => new LocalConnection(secrets) };
}

class LocalConnection implements Connection {
  readonly #secrets: Secrets;
  readonly #children = new Set<ChildProcess>();
  #closed = false;

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  get closed(): boolean {
    return this.#closed;
  }

  async exec(request: ExecRequest): Promise<ExecResult> {
    const exchange = new Exchange(request, this.#secrets);
    if (this.#closed) exchange.end({ kind: 'lost', why: 'the connection was closed' });
    else this.#run(request.command, exchange);
    return exchange.result;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const child of this.#children) killGroup(child);
  }

  #run(command: string, exchange: Exchange): void {
    // A process group of its own, so that killing reaches what the shell started.
    const child = spawn('/bin/sh', ['-c', command], { stdio: 'pipe', detached: true });
    this.#children.add(child);
    child.stdout.on('data', (chunk: Buffer) => exchange.take('stdout', chunk));
    child.stderr.on('data', (chunk: Buffer) => exchange.take('stderr', chunk));
    // A command need not read its input to the end.
    child.stdin.on('error', () => {});
    child.once('error', (error) => exchange.end({ kind: 'lost', why: error.message }));
    child.once('close', (code, signal) => {
      this.#children.delete(child);
      if (this.#closed) exchange.end({ kind: 'lost', why: 'the connection was closed' });
      else if (code !== null) exchange.end({ kind: 'exited', code });
      else exchange.end({ kind: 'signalled', signal: signal ?? 'unknown' });
    });
    exchange.begin({
      write: (bytes, sent) => child.stdin.write(bytes, sent),
      endInput: () => child.stdin.end(),
      kill: () => killGroup(child),
    });
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

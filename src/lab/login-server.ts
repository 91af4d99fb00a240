import type { ChildProcess } from 'node:child_process';
import { timingSafeEqual } from 'node:crypto';
import ssh2, { type AuthContext, type Connection, type ParsedKey, type Server, type ServerChannel, type Session } from 'ssh2';
import { LAB_USER } from './fleet.ts';
import { type Enterable, enterHost, type NamespaceMode } from './namespace.ts';

/** One host's SSH server, on 127.0.0.1. */
export interface LoginServer {
  readonly port: number;
  /** Ends connections and the commands that they began. */
  close(): Promise<void>;
}

/** What a host is served with. */
export interface LoginOptions {
  readonly host: Enterable;
  readonly mode: NamespaceMode;
  /** OpenSSH private key of the host. */
  readonly hostKey: string;
  /** The one key that may log in. */
  readonly clientKey: ParsedKey;
  /** 0: any free one. */
  readonly port: number;
}

/** Starts a host's SSH server: public key only, commands only, no terminal, forwarding or file transfer. Rejects when the port is taken. */
export function startLoginServer(options: LoginOptions): Promise<LoginServer> {
  const connections = new Set<Connection>();
  const children = new Set<ChildProcess>();
  const server = new ssh2.Server({ hostKeys: [options.hostKey] }, (connection) => {
    connections.add(connection);
    setNoDelay(connection);
    connection.on('close', () => connections.delete(connection));
    // A client that breaks off is no fault of the server.
    connection.on('error', () => connection.end());
    connection.on('authentication', (context) => authenticate(context, options.clientKey));
    connection.on('session', (accept) => serveSession(accept(), options, children));
  });
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const connection of connections) connection.end();
    for (const child of children) killGroup(child, 'SIGKILL');
    await closed;
  };
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(options.port, '127.0.0.1', () => resolve({ port: portOf(server), close }));
  });
}

/** Without it Nagle's algorithm and delayed acknowledgements cost 40 ms an exchange. ssh2 has it on the server's side too; its types do not. */
function setNoDelay(connection: Connection): void {
  if ('setNoDelay' in connection && typeof connection.setNoDelay === 'function') connection.setNoDelay(true);
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function authenticate(context: AuthContext, allowed: ParsedKey): void {
  if (context.method !== 'publickey' || context.username !== LAB_USER || !sameKey(context.key, allowed)) {
    context.reject(['publickey']);
    return;
  }
  // Without a signature the client only asks whether the key would do.
  if (context.signature === undefined) context.accept();
  else if (context.blob !== undefined && allowed.verify(context.blob, context.signature, context.hashAlgo) === true) context.accept();
  else context.reject(['publickey']);
}

function sameKey(offered: { readonly algo: string; readonly data: Buffer }, allowed: ParsedKey): boolean {
  const known = allowed.getPublicSSH();
  return offered.algo === allowed.type && offered.data.length === known.length && timingSafeEqual(offered.data, known);
}

function serveSession(session: Session, options: LoginOptions, children: Set<ChildProcess>): void {
  let running: ChildProcess | undefined;
  session.on('exec', (accept, _reject, info) => {
    running = enterHost(options.host, options.mode, info.command);
    children.add(running);
    running.on('close', () => running !== undefined && children.delete(running));
    connectStreams(accept(), running);
  });
  session.on('signal', (accept, _reject, info) => {
    if (running !== undefined) killGroup(running, `SIG${info.name}`);
    accept?.();
  });
}

/** Joins a command to its channel; the channel ends once the command and all that hold its output have ended, as with sshd. */
function connectStreams(channel: ServerChannel, child: ChildProcess): void {
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) return;
  channel.on('error', () => undefined);
  // A command may end without having read its input.
  stdin.on('error', () => undefined);
  channel.pipe(stdin);
  stdout.pipe(channel, { end: false });
  stderr.pipe(channel.stderr, { end: false });
  // As with sshd, a command whose reader has gone gets SIGPIPE when it goes on writing.
  channel.on('close', () => {
    for (const stream of [stdin, stdout, stderr]) stream.destroy();
  });
  child.on('error', (error) => {
    channel.stderr.write(`${error.message}\n`);
    channel.exit(127);
    channel.end();
  });
  child.on('close', (code, signal) => {
    if (signal !== null) channel.exit(signal.replace(/^SIG/, ''), false, '');
    else channel.exit(code ?? 0);
    channel.end();
  });
}

function killGroup(child: ChildProcess, signal: string): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It ended in the meantime, or there is no such signal.
  }
}

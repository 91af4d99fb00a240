import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type Connection as Client, type ServerConfig } from 'ssh2';
import type { Target } from '../../src/domain/transport.ts';
import { newKey } from '../../src/lab/new-key.ts';

/** A host that does what no sshd would, in this process and on loopback. */
export interface HostileHost {
  /** Logs in by password `sesame`, and knows the host's key. */
  target(changes?: Partial<Target>): Target;
  close(): void;
}

const { publicText: publicKey, privateText: privateKey } = newKey('');

/** Another host key, for a host that changes its own. */
export const secondHostKey = newKey('').privateText;

/** Starts a host; `behave` is told each connection before anything is exchanged. */
export async function startHostileHost(behave: (client: Client) => void, config: Partial<ServerConfig> = {}): Promise<HostileHost> {
  const directory = mkdtempSync(join(tmpdir(), 'runbook-hostile-'));
  const server = new ssh2.Server({ ...config, hostKeys: [privateKey] }, (client) => {
    client.on('error', () => {});
    behave(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const knownHosts = join(directory, 'known_hosts');
  writeFileSync(knownHosts, `[127.0.0.1]:${port} ${publicKey}\n`);
  return {
    target: (changes = {}) => ({
      host: 'web1',
      address: '127.0.0.1',
      port,
      user: 'ali',
      identityFiles: [],
      password: { secret: 'login' },
      knownHostsFiles: [knownHosts],
      connectTimeoutMs: 10_000,
      keepAliveMs: 10_000,
      become: { enabled: false, user: 'root' },
      ...changes,
    }),
    close: () => {
      server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The library's private protocol object, through which a host can be made to misbehave. */
export function protocolOf(client: Client): Record<string, (...args: unknown[]) => void> & Record<string, unknown> {
  return (client as unknown as { _protocol: Record<string, (...args: unknown[]) => void> })._protocol;
}

/** Makes a host one from before 2023: it neither offers strict key exchange nor understands the client's offer. */
export function forgetStrictKex(client: Client): void {
  const protocol = protocolOf(client) as unknown as { _strictMode: boolean; _offer: { lists: { all: Buffer } } };
  protocol._strictMode = false;
  const { all } = protocol._offer.lists;
  all.write('x', all.indexOf('kex-strict-s'));
}

/** Lets the password in and runs every command to the same end. */
export function welcome(client: Client, run: (stream: ssh2.ServerChannel) => void = finish): void {
  client.on('authentication', (context) => {
    if (context.method === 'password' && context.password === 'sesame') context.accept();
    else context.reject(['password']);
  });
  client.on('session', (accept) => {
    accept().on('exec', (acceptExec) => run(acceptExec()));
  });
}

/** Ends a command with success. */
export function finish(stream: ssh2.ServerChannel): void {
  stream.write('done');
  stream.exit(0);
  stream.end();
}

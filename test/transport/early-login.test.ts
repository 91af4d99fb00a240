import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuthContext, Connection as Client } from 'ssh2';
import { expect, it, onTestFinished } from 'vitest';
import { newKey } from '../../src/lab/new-key.ts';
import { createSsh2Transport } from '../../src/transport/ssh2-transport.ts';
import { protocolOf, startHostileHost } from './hostile-host.ts';
import { request, secretsFrom, text } from './requests.ts';

/** A server that takes a key as it is told, and runs every command to the same end. */
interface Server {
  /** Is asked of each key that comes with a signature; the other methods are refused. */
  takes(context: AuthContext): boolean;
  /** Does what an sshd would not, as soon as somebody comes. */
  oddly?(client: Client): void;
}

/** Logs in twice to a server, and runs a command that may begin along with the login; how often the server was come to, and what it was shown. */
async function logInTwice({ takes, oddly }: Server): Promise<{ readonly clients: number; readonly methods: readonly string[] }> {
  const directory = mkdtempSync(join(tmpdir(), 'runbook-early-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const identity = join(directory, 'id');
  writeFileSync(identity, newKey('').privateText, { mode: 0o600 });
  const methods: string[] = [];
  let clients = 0;
  const host = await startHostileHost((client) => {
    clients += 1;
    oddly?.(client);
    client.on('authentication', (context) => {
      methods.push(context.method === 'publickey' && context.signature !== undefined ? 'signature' : context.method);
      if (context.method === 'publickey' && takes(context)) context.accept();
      else if (context.method === 'password') context.accept();
      else context.reject(['publickey', 'password']);
    });
    client.on('session', (accept) => {
      accept().on('exec', (acceptExec, _reject, { command }) => {
        const stream = acceptExec();
        stream.write(`ran ${command}`);
        stream.exit(0);
        stream.end();
      });
    });
  });
  onTestFinished(() => host.close());
  const transport = createSsh2Transport({ secrets: secretsFrom({ login: 'sesame' }) });
  for (const word of ['one', 'two']) {
    const first = request(word);
    const connection = await transport.connect(host.target({ identityFiles: [identity] }), first);
    expect(text((await connection.exec(first)).stdout)).toBe(`ran ${word}`);
    expect(text((await connection.exec(request('more'))).stdout)).toBe('ran more');
    await connection.close();
  }
  return { clients, methods };
}

it('a key that is taken is shown once, with its signature', async () => {
  expect(await logInTwice({ takes: () => true })).toEqual({ clients: 2, methods: ['signature', 'signature'] });
});

it('a server that refuses the key is asked by the next method, without coming again', async () => {
  expect(await logInTwice({ takes: () => false })).toEqual({ clients: 2, methods: ['signature', 'password', 'signature', 'password'] });
});

it('a server that hangs up over a channel before the login is come to once more in the ordinary way, and from then on only so', async () => {
  const hangUp = (client: Client) => {
    let isIn = false;
    client.on('ready', () => {
      isIn = true;
    });
    const handlers = protocolOf(client)['_handlers'] as unknown as Record<string, (...args: unknown[]) => void>;
    const open = handlers['CHANNEL_OPEN'];
    handlers['CHANNEL_OPEN'] = (...args) => (isIn ? open?.(...args) : client.end());
  };
  expect(await logInTwice({ takes: () => false, oddly: hangUp })).toEqual({
    clients: 3,
    methods: ['signature', 'publickey', 'password', 'publickey', 'password'],
  });
});

it('a server that counts its channels from another number is come to once more in the ordinary way', async () => {
  const countOn = (client: Client) => {
    (client as unknown as { _chanMgr: { _cur: number } })._chanMgr._cur = 6;
  };
  expect((await logInTwice({ takes: () => true, oddly: countOn })).clients).toBe(3);
});

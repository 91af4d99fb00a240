import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection as Client } from 'ssh2';
import { expect, it, onTestFinished } from 'vitest';
import { newKey } from '../../src/lab/new-key.ts';
import { createSsh2Transport } from '../../src/transport/ssh2-transport.ts';
import { protocolOf, startHostileHost } from './hostile-host.ts';
import { request, secretsFrom, text } from './requests.ts';

/** A server that takes one of two keys, and runs every command to the same end. */
interface Server {
  /** Which of the keys that it is shown. */
  readonly takes: 'first' | 'second';
  /** Does what an sshd would not, as soon as somebody comes. */
  oddly?(client: Client): void;
}

/** Logs in twice to a server, and runs a command that may begin along with the login; how often the server was come to, and what it was shown. */
async function logInTwice({ takes, oddly }: Server): Promise<{ readonly clients: number; readonly methods: readonly string[] }> {
  const identityFiles = [keyFile(), keyFile()];
  const methods: string[] = [];
  let clients = 0;
  let firstKey: Buffer | undefined;
  const host = await startHostileHost((client) => {
    clients += 1;
    oddly?.(client);
    client.on('authentication', (context) => {
      if (context.method !== 'publickey') return context.reject(['publickey']);
      firstKey ??= context.key.data;
      const which = context.key.data.equals(firstKey) ? 'first' : 'second';
      methods.push(`${which} key${context.signature === undefined ? '?' : ''}`);
      if (which === takes) context.accept();
      else context.reject(['publickey']);
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
  const transport = createSsh2Transport({ secrets: secretsFrom({}) });
  const { password: _none, ...target } = host.target({ identityFiles });
  for (const word of ['one', 'two']) {
    const first = request(word);
    const connection = await transport.connect(target, first);
    expect(text((await connection.exec(first)).stdout)).toBe(`ran ${word}`);
    expect(text((await connection.exec(request('more'))).stdout)).toBe('ran more');
    await connection.close();
  }
  return { clients, methods };
}

function keyFile(): string {
  const directory = mkdtempSync(join(tmpdir(), 'runbook-early-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(join(directory, 'id'), newKey('').privateText, { mode: 0o600 });
  return join(directory, 'id');
}

it('a key that is taken is shown once, with its signature', async () => {
  expect(await logInTwice({ takes: 'first' })).toEqual({ clients: 2, methods: ['first key', 'first key'] });
});

it('a server that refuses the key is shown the next, without coming again, and that one at once from then on', async () => {
  expect(await logInTwice({ takes: 'second' })).toEqual({
    clients: 2,
    methods: ['first key', 'second key?', 'second key', 'second key'],
  });
});

it('a wrong password is said once, also to a server that hangs up over it without a word', async () => {
  const methods: string[] = [];
  const host = await startHostileHost((client) => {
    client.on('authentication', (context) => {
      methods.push(context.method);
      if (context.method === 'publickey') context.reject(['password']);
      else client.end();
    });
  });
  onTestFinished(() => host.close());
  const transport = createSsh2Transport({ secrets: secretsFrom({ login: 'wrong' }) });
  await expect(transport.connect(host.target({ identityFiles: [keyFile()] }), request('one'))).rejects.toThrow();
  expect(methods).toEqual(['publickey', 'password']);
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
  expect(await logInTwice({ takes: 'second', oddly: hangUp })).toEqual({
    clients: 3,
    methods: ['first key', 'first key?', 'second key?', 'second key', 'first key?', 'second key?', 'second key'],
  });
});

it('a server that counts its channels from another number is come to once more in the ordinary way', async () => {
  const countOn = (client: Client) => {
    (client as unknown as { _chanMgr: { _cur: number } })._chanMgr._cur = 6;
  };
  expect((await logInTwice({ takes: 'first', oddly: countOn })).clients).toBe(3);
});

import type { Connection as Client } from 'ssh2';
import { expect, test } from 'vitest';
import { createSsh2Transport } from '../../src/transport/ssh2-transport.ts';
import { finish, startHostileHost, welcome } from './hostile-host.ts';
import { request, secretsFrom } from './requests.ts';

type Opened = (error?: Error) => void;

/** Ways for a host to reach through a connection to the operator's network, screen or keys. */
const WAYS: Readonly<Record<string, (client: Client, opened: Opened) => void>> = {
  'a port of the network': (client, opened) => client.forwardOut('127.0.0.1', 80, '127.0.0.1', 4_000, opened),
  'the screen': (client, opened) => client.x11('127.0.0.1', 4_000, opened),
  'a socket of this machine': (client, opened) => client.openssh_forwardOutStreamLocal('/run/socket', opened),
};

test.for(Object.entries(WAYS))('a host cannot reach %s through its connection', async ([, open]) => {
  let said: Error | undefined;
  const behave = (client: Client) =>
    welcome(client, (stream) => {
      open(client, (error) => {
        said = error;
        finish(stream);
      });
    });
  const host = await startHostileHost(behave);
  try {
    const connection = await createSsh2Transport({ secrets: secretsFrom({ login: 'sesame' }) }).connect(host.target());
    expect(await connection.exec(request('true'))).toMatchObject({ kind: 'exited', code: 0 });
    expect(said?.message).toMatch(/Channel open failure|administratively prohibited/i);
    await connection.close();
  } finally {
    host.close();
  }
});

import type { Connection as Client } from 'ssh2';
import { describe, expect, it } from 'vitest';
import { createSsh2Transport } from '../../src/transport/ssh2-transport.ts';
import { refusalOf } from '../ssh/failure.ts';
import { forgetStrictKex, startHostileHost, welcome } from '../transport/hostile-host.ts';
import { request, secretsFrom } from '../transport/requests.ts';

const CHACHA = 'chacha20-poly1305@openssh.com';

/** A host as it was before CVE-2023-48795 was known. */
const old = (client: Client) => {
  welcome(client);
  forgetStrictKex(client);
};

describe('a host that may be open to Terrapin', () => {
  const transport = createSsh2Transport({ secrets: secretsFrom({ login: 'sesame' }) });

  it('fault 30: is refused before the login when it has no strict key exchange and only ChaCha20', async () => {
    let logins = 0;
    const host = await startHostileHost(
      (client) => {
        old(client);
        client.on('authentication', () => {
          logins += 1;
        });
      },
      { algorithms: { cipher: [CHACHA] } },
    );
    const failure = await refusalOf(transport.connect(host.target()));
    host.close();
    expect(failure).toMatchObject({ code: 'unreachable', message: expect.stringContaining('CVE-2023-48795') });
    expect(logins).toBe(0);
  });

  it.each<[string, (client: Client) => void, readonly string[], string]>([
    ['ChaCha20 alone, with strict key exchange', welcome, [CHACHA], CHACHA],
    ['ChaCha20 first, without strict key exchange: AES-GCM is chosen', old, [CHACHA, 'aes128-gcm@openssh.com'], 'aes128-gcm@openssh.com'],
    ['ChaCha20 first, without strict key exchange: AES-CTR is chosen', old, [CHACHA, 'aes256-ctr'], 'aes256-ctr'],
  ])('fault 30: may offer %s', async (_what, behave, ciphers, chosen) => {
    const agreed: string[] = [];
    const host = await startHostileHost(
      (client) => {
        behave(client);
        client.on('handshake', ({ cs, sc }) => agreed.push(cs.cipher, sc.cipher));
      },
      { algorithms: { cipher: ciphers as never } },
    );
    const connection = await transport.connect(host.target());
    expect(await connection.exec(request('true'))).toMatchObject({ kind: 'exited', code: 0 });
    await connection.close();
    host.close();
    expect(agreed).toEqual([chosen, chosen]);
  });
});

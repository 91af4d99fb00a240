import type { Connection as Client } from 'ssh2';
import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/domain/transport.ts';
import { createSsh2Transport } from '../../src/transport/ssh2-transport.ts';
import { refusalOf } from '../ssh/failure.ts';
import { finish, type HostileHost, protocolOf, startHostileHost, welcome } from './hostile-host.ts';
import { request, secretsFrom, text } from './requests.ts';

const secrets = secretsFrom({ login: 'sesame' });
const connect = (host: HostileHost, changes: Partial<Target> = {}) => createSsh2Transport({ secrets }).connect(host.target(changes));

async function against(behave: (client: Client) => void, work: (host: HostileHost) => Promise<void>, config = {}): Promise<void> {
  const host = await startHostileHost(behave, config);
  try {
    await work(host);
  } finally {
    host.close();
  }
}

describe('a hostile host', () => {
  for (const size of [0, 1, 1_023, 262_145, 0xffff_ffff]) {
    it(`is dropped before the first write when it asks for packets of ${size} bytes`, () =>
      against(
        (client) => {
          welcome(client);
          const confirm = protocolOf(client)['channelOpenConfirm'];
          protocolOf(client)['channelOpenConfirm'] = (id, sender, window) => confirm?.call(protocolOf(client), id, sender, window, size);
        },
        async (host) => {
          const connection = await connect(host);
          const result = await connection.exec(request('cat', { preamble: Buffer.from('secret') }));
          expect(result).toMatchObject({ kind: 'lost', why: `the host asked for packets of ${size} bytes` });
          expect(connection.closed).toBe(true);
        },
      ));
  }

  const WEAK: readonly [string, object][] = [
    ['key exchange with SHA-1', { kex: ['diffie-hellman-group14-sha1'] }],
    ['group exchange', { kex: ['diffie-hellman-group-exchange-sha256'] }],
    ['CBC ciphers', { cipher: ['aes128-cbc'] }],
    ['MACs with SHA-1', { cipher: ['aes128-ctr'], hmac: ['hmac-sha1'] }],
    ['compression', { compress: ['zlib@openssh.com'] }],
  ];
  for (const [what, algorithms] of WEAK) {
    it(`is refused when it offers only ${what}`, () =>
      against(
        welcome,
        async (host) => {
          expect(await refusalOf(connect(host))).toMatchObject({ code: 'unreachable', message: expect.stringMatching(/no matching/i) });
        },
        { algorithms },
      ));
  }

  it('is not believed when it tells success and hangs up before the channel is closed', () =>
    against(
      (client) =>
        welcome(client, (stream) => {
          stream.write('the beginning');
          stream.exit(0);
          client.end();
        }),
      async (host) => {
        const connection = await connect(host);
        expect(await connection.exec(request('true'))).toMatchObject({ kind: 'lost' });
      },
    ));

  it('loses a command whose channel it refuses', () =>
    against(
      (client) => {
        welcome(client);
        client.removeAllListeners('session');
        client.on('session', (_accept, reject) => reject());
      },
      async (host) => {
        const connection = await connect(host);
        expect(await connection.exec(request('true'))).toMatchObject({ kind: 'lost', why: 'the host refused to open a channel' });
        await connection.close();
      },
    ));

  it('cannot hold a command that it never starts', () =>
    against(
      (client) => {
        welcome(client);
        client.removeAllListeners('session');
        client.on('session', () => {});
      },
      async (host) => {
        const connection = await connect(host);
        expect((await connection.exec(request('true', { timeoutMs: 200 }))).kind).toBe('timed-out');
        await connection.close();
      },
    ));
});

describe('a password', () => {
  it('is sent when the target has one', () =>
    against(welcome, async (host) => {
      const connection = await connect(host);
      expect(text((await connection.exec(request('true'))).stdout)).toBe('done');
      await connection.close();
    }));

  it('is not asked for when the target has none', () =>
    against(welcome, async (host) => {
      const { password: _, ...target } = host.target();
      const failure = await refusalOf(createSsh2Transport({ secrets }).connect(target));
      expect(failure).toMatchObject({ code: 'auth', message: expect.stringContaining('there was no key or password') });
    }));

  it('that is wrong is an expected failure', () =>
    against(welcome, async (host) => {
      const failure = await refusalOf(createSsh2Transport({ secrets: secretsFrom({ login: 'barley' }) }).connect(host.target()));
      expect(failure).toMatchObject({ code: 'auth', message: expect.stringContaining('tried the password') });
    }));

  const answers = (client: Client, prompts: { prompt: string; echo: boolean }[]) => {
    client.on('authentication', (context) => {
      if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive']);
      return context.prompt(prompts, (given) => (given[0] === 'sesame' ? context.accept() : context.reject(['keyboard-interactive'])));
    });
    client.on('session', (accept) => accept().on('exec', (run) => finish(run())));
  };

  it('answers one question that does not echo', () =>
    against(
      (client) => answers(client, [{ prompt: 'Password: ', echo: false }]),
      async (host) => {
        const connection = await connect(host);
        expect(connection.closed).toBe(false);
        await connection.close();
      },
    ));

  it('is not given to a question that echoes', () =>
    against(
      (client) => answers(client, [{ prompt: 'Say it aloud: ', echo: true }]),
      async (host) =>
        expect(await refusalOf(connect(host))).toMatchObject({
          code: 'auth',
          message: expect.stringContaining('the host asked "Say it aloud:", and nobody was there to answer'),
        }),
    ));

  it('is followed by what else the host asks, which a person answers', () =>
    against(
      (client) => {
        client.on('authentication', (context) => {
          if (context.method === 'password' && context.password === 'sesame') return context.reject(['keyboard-interactive'], true);
          if (context.method !== 'keyboard-interactive') return context.reject(['password']);
          return context.prompt([{ prompt: 'Code: ', echo: true }], ([given]) => (given === '42' ? context.accept() : context.reject()));
        });
        client.on('session', (accept) => accept().on('exec', (run) => finish(run())));
      },
      async (host) => {
        const answering = secretsFrom({ login: 'sesame', 'web1 asks: Code:': '42' });
        const connection = await createSsh2Transport({ secrets: answering }).connect(host.target());
        expect(answering.asked).toEqual(['login', 'web1 asks: Code:']);
        await connection.close();
        const failure = await refusalOf(connect(host));
        expect(failure.message).toContain('the host took a part of that, and wants more');
        expect(failure.message).toContain('the host asked "Code:", and nobody was there to answer');
      },
    ));
});

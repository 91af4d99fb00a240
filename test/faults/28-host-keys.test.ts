import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection as Client } from 'ssh2';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSsh2Transport } from '../../src/transport/ssh2-transport.ts';
import { refusalOf } from '../ssh/failure.ts';
import { type Sshd, startSshd, whyNoSshd } from '../ssh/sshd.ts';
import { finish, protocolOf, secondHostKey, startHostileHost, welcome } from '../transport/hostile-host.ts';
import { request, secretsFrom } from '../transport/requests.ts';
import { loopbackInventory, PROBE_BOOK, runLoopback } from './loopback.ts';

const missing = whyNoSshd();

describe.skipIf(missing !== undefined)(`host keys against a real sshd${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let sshd: Sshd;
  let stranger: Sshd;
  let files = 0;
  const transport = createSsh2Transport({ secrets: secretsFrom({}) });

  beforeAll(async () => {
    sshd = await startSshd({ hostKeys: ['ed25519', 'rsa'] });
    stranger = await startSshd({ hostKeys: ['ed25519', 'ecdsa'] });
  });
  afterAll(async () => {
    await sshd.stop();
    await stranger.stop();
  });

  const fileOf = (text: string) => {
    files += 1;
    const path = join(sshd.directory, `known_hosts_${files}`);
    writeFileSync(path, text);
    return path;
  };
  const hashed = (text: string) => {
    const path = fileOf(text);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', path], { stdio: 'ignore' });
    return readFileSync(path, 'utf8');
  };
  const connect = (...texts: readonly string[]) => transport.connect(sshd.target({ knownHostsFiles: texts.map(fileOf) }));
  const name = () => `[127.0.0.1]:${sshd.port}`;
  const own = () => sshd.hostKey('ed25519');
  const other = () => stranger.hostKey('ed25519');

  /** What known_hosts holds, and a word that the message must have. */
  const REFUSED: readonly [string, () => readonly string[], RegExp][] = [
    ['an empty file', () => [''], /is not known.*known_hosts has nothing/],
    ['no file at all', () => [], /is not known/],
    ['another key for this host', () => [`${name()} ${other()}`], /has changed.*SHA256:.*SHA256:/],
    ['another key for this host, hashed', () => [hashed(`${name()} ${other()}\n`)], /has changed/],
    ['the right key for another port', () => [`[127.0.0.1]:${sshd.port + 1} ${own()}`], /is not known/],
    ['the right key without the port', () => [`127.0.0.1 ${own()}`], /is not known/],
    ['the right key for another host', () => [`[127.0.0.2]:${sshd.port} ${own()}`], /is not known/],
    ['the right key for another host, hashed', () => [hashed(`[127.0.0.2]:${sshd.port} ${own()}\n`)], /is not known/],
    ['the right key, but excluded by a negation', () => [`*,!${name()} ${own()}`], /is not known/],
    ['the right key, revoked', () => [`@revoked * ${own()}\n${name()} ${own()}`], /is revoked/],
    ['the right key, revoked in a second file', () => [`${name()} ${own()}`, `@revoked ${name()} ${own()}`], /is revoked/],
    ['a damaged revocation for this host', () => [`${name()} ${own()}\n@revoked ${name()} ssh-ed25519 AAAA!`], /is revoked/],
    ['only an authority', () => [`@cert-authority ${name()} ${own()}`], /@cert-authority/],
    ['only a key of a type that the host does not have', () => [`${name()} ${stranger.hostKey('ecdsa')}`], /is not known.*ecdsa/],
    ['the right key under a wrong type', () => [`${name()} ${own().replace('ssh-ed25519', 'ssh-rsa')}`], /is not known/],
    ['the right key, cut short', () => [`${name()} ${own().slice(0, -8)}`], /is not known|has changed/],
    ['an unknown marker', () => [`@trusted ${name()} ${own()}`], /is not known/],
    ['a commented line', () => [`#${name()} ${own()}`], /is not known/],
  ];

  for (const [what, texts, message] of REFUSED) {
    it(`fault 28: refuses a host when known_hosts has ${what}`, async () => {
      const failure = await refusalOf(connect(...texts()));
      expect(failure).toMatchObject({ code: 'host-key', hint: expect.any(String) });
      expect(failure.message).toMatch(message);
    });
  }

  it('fault 28: refuses a host when the file is missing', async () => {
    const failure = await refusalOf(transport.connect(sshd.target({ knownHostsFiles: [join(sshd.directory, 'nowhere')] })));
    expect(failure.code).toBe('host-key');
  });

  it('fault 28: refuses a host when one of the files cannot be read, although another knows the key', async () => {
    const directory = join(sshd.directory, 'not-a-file');
    mkdirSync(directory, { recursive: true });
    const failure = await refusalOf(transport.connect(sshd.target({ knownHostsFiles: [fileOf(`${name()} ${own()}`), directory] })));
    expect(failure).toMatchObject({ code: 'host-key', at: directory });
  });

  it.skipIf(process.getuid?.() === 0)('fault 28: refuses a host when its file must not be read', async () => {
    const path = fileOf(`${name()} ${own()}`);
    chmodSync(path, 0);
    expect((await refusalOf(transport.connect(sshd.target({ knownHostsFiles: [path] })))).code).toBe('host-key');
  });

  it('fault 28: says the fingerprint as ssh-keygen does, and where the other key stands', async () => {
    const printed = execFileSync('ssh-keygen', ['-l', '-f', join(sshd.directory, 'host_ed25519.pub')]).toString();
    const failure = await refusalOf(connect(`# a comment\n${name()} ${other()}`));
    expect(failure.message).toContain(printed.split(' ')[1]);
    expect(failure.message).toMatch(/known_hosts_\d+:2\)/);
  });

  it('fault 28: sends nothing of the login to a host that was refused', async () => {
    const before = sshd.log().split('userauth-request').length;
    await refusalOf(connect(''));
    expect(sshd.log().split('userauth-request').length).toBe(before);
  });

  const ACCEPTED: readonly [string, () => readonly string[]][] = [
    ['its key', () => [`${name()} ${own()}`]],
    ['its key in the second file', () => ['', `${name()} ${own()}`]],
    ['its key, hashed', () => [hashed(`${name()} ${own()}\n`)]],
    ['only its second key', () => [`${name()} ${sshd.hostKey('rsa')}`]],
    ['only its second key, hashed', () => [hashed(`${name()} ${sshd.hostKey('rsa')}\n`)]],
    ['its key after another one for the same name', () => [`${name()} ${other()}\n${name()} ${own()}`]],
    ['its key in a list of names', () => [`web1,${name()},web2 ${own()} comment`]],
    ['its key under a pattern', () => [`[127.0.0.?]:* ${own()}`]],
    ['its key beside an authority', () => [`@cert-authority * ${other()}\n${name()} ${own()}`]],
    ['its key, and the revocation of another', () => [`@revoked * ${other()}\n${name()} ${own()}`]],
    ['its key with spaces, tabs and carriage returns', () => [`\t ${name()}\t ${own().replace(' ', '\t')}\r\n`]],
  ];

  for (const [what, texts] of ACCEPTED) {
    it(`fault 28: accepts a host when known_hosts has ${what}`, async () => {
      const connection = await connect(...texts());
      expect(await connection.exec(request('true'))).toMatchObject({ kind: 'exited', code: 0 });
      await connection.close();
    });
  }

  it('fault 28: a changed key makes the host unreachable to the command line, which says so and has sent no login', async () => {
    const target = sshd.target({ knownHostsFiles: [fileOf(`${name()} ${other()}`)] });
    const before = sshd.log().split('userauth-request').length;
    for (const verb of ['diagnose', 'apply'] as const) {
      const ended = await runLoopback(
        verb,
        PROBE_BOOK,
        loopbackInventory(sshd.directory, { changed: target, well: sshd.target() }),
        'changed',
      );
      expect(ended.outcomes).toEqual({ changed: expect.stringMatching(/^unreachable \(host-key: .*has changed/) });
      expect(ended.code).toBe(4);
    }
    expect(sshd.log().split('userauth-request').length).toBe(before);
  });
});

describe('a host that exchanges keys again', () => {
  const secrets = secretsFrom({ login: 'sesame' });
  /** What becomes of a command during which the host does something. */
  async function meanwhile(run: (client: Client, stream: ssh2.ServerChannel) => void): Promise<unknown> {
    const host = await startHostileHost((client) => welcome(client, (stream) => run(client, stream)));
    try {
      const connection = await createSsh2Transport({ secrets }).connect(host.target());
      const result = await connection.exec(request('true'));
      await connection.close();
      return result;
    } finally {
      host.close();
    }
  }

  it('fault 28: is dropped when it shows another key', async () => {
    const result = await meanwhile((client) => {
      protocolOf(client)['_hostKeys'] = { 'ssh-ed25519': ssh2.utils.parseKey(secondHostKey) } as never;
      client.rekey();
    });
    expect(result).toMatchObject({ kind: 'lost', why: 'the host showed another key while rekeying' });
  });

  it('fault 28: goes on when it shows the same key', async () => {
    const result = await meanwhile((client, stream) => client.rekey(() => finish(stream)));
    expect(result).toMatchObject({ kind: 'exited', code: 0 });
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Target } from '../../src/domain/transport.ts';
import { createOpensshTransport } from '../../src/transport/openssh-transport.ts';
import { createSsh2Transport } from '../../src/transport/ssh2-transport.ts';
import { request, secretsFrom, text } from '../transport/requests.ts';
import { refusalOf } from './failure.ts';
import { type Sshd, startSshd, whyNoSshd } from './sshd.ts';

const missing = whyNoSshd();
const secrets = secretsFrom({});

describe.skipIf(missing !== undefined).each([
  ['ssh2', createSsh2Transport({ secrets })],
  ['openssh', createOpensshTransport({ secrets })],
])(`a connection by %s${missing === undefined ? '' : ` (skipped: ${missing})`}`, (_, transport) => {
  let sshd: Sshd;

  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd?.stop());

  /** Where the host sees the connection come from. */
  async function origin(changes: Partial<Target>): Promise<string> {
    const connection = await transport.connect(sshd.target(changes));
    const { stdout } = await connection.exec(request('echo $SSH_CONNECTION'));
    await connection.close();
    return text(stdout).split(' ')[0] ?? '';
  }

  it.each([
    ['an address', { bindAddress: '127.0.0.7' }, '127.0.0.7'],
    ['a name', { bindAddress: 'localhost', addressFamily: 'inet' }, '127.0.0.1'],
    ['an address of the family that is asked for', { bindAddress: '127.0.0.7', addressFamily: 'inet' }, '127.0.0.7'],
  ] as const)('comes from BindAddress, %s', async (_what, changes, from) => {
    expect(await origin(changes)).toBe(from);
  });

  it('is of the family that is asked for, where a name has addresses of both', async () => {
    const names = { address: 'localhost', hostKeyAlias: `[127.0.0.1]:${sshd.port}` };
    expect(await origin({ ...names, addressFamily: 'inet' })).toBe('127.0.0.1');
    // It listens on an IPv4 address alone.
    expect(await refusalOf(transport.connect(sshd.target({ ...names, addressFamily: 'inet6' })))).toMatchObject({ code: 'unreachable' });
  });

  it.each([
    ['an address of another family', { addressFamily: 'inet6' }],
    ['a BindAddress that is not of this machine', { bindAddress: '198.51.100.1' }],
    ['a BindAddress of another family', { bindAddress: '::1' }],
  ] as const)('fails for %s', async (_what, changes) => {
    expect(await refusalOf(transport.connect(sshd.target(changes)))).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('web1'),
    });
  });
});

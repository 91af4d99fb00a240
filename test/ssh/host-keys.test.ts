import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpensshTransport } from '../../src/transport/openssh-transport.ts';
import { createSsh2Transport } from '../../src/transport/ssh2-transport.ts';
import { request, secretsFrom } from '../transport/requests.ts';
import { startCertified } from './certified.ts';
import { refusalOf } from './failure.ts';
import { ACCEPTED, REFUSED, type Servers } from './host-key-cases.ts';
import { startSshd, whyNoSshd } from './sshd.ts';

const missing = whyNoSshd();
const secrets = secretsFrom({});

const TRANSPORTS = { ssh2: createSsh2Transport({ secrets }), openssh: createOpensshTransport({ secrets }) };

describe.skipIf(missing !== undefined)(`a host key by both clients${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let servers: Servers;

  beforeAll(async () => {
    const [host, other, bastion] = await Promise.all([startSshd(), startSshd({ hostKeys: ['ed25519', 'ecdsa'] }), startSshd()]);
    const [certified, misnamed] = await Promise.all([startCertified(host), startCertified(host, 'web.example')]);
    servers = { host, other, bastion, certified, misnamed };
  });
  afterAll(async () => {
    if (servers === undefined) return;
    for (const server of [servers.certified, servers.misnamed, servers.other, servers.bastion, servers.host]) await server.stop();
  });

  /** Logins that were begun on the servers behind all checks. */
  const logins = () =>
    [servers.host, servers.certified.sshd, servers.misnamed.sshd].map((sshd) => sshd.log().split('userauth-request for user').length);

  describe.each(Object.entries(TRANSPORTS))('%s', (name, transport) => {
    it.each(REFUSED)('refuses a host where %s, and begins no login', async (_, meeting) => {
      const before = logins();
      expect(await refusalOf(transport.connect(meeting(servers)))).toMatchObject({ code: 'host-key' });
      expect(logins()).toEqual(before);
    });

    it.each(ACCEPTED)('accepts a host where %s', async (_, meeting) => {
      const connection = await transport.connect(meeting(servers));
      expect(await connection.exec(request('true'))).toMatchObject({ kind: 'exited', code: 0 });
      await connection.close();
    });

    it('accepts the certificate of an authority that is known for it, or says who does', async () => {
      const { sshd, userKey, knownHosts } = servers.certified;
      const connecting = transport.connect(sshd.target({ identityFiles: [userKey], knownHostsFiles: [knownHosts] }));
      if (name === 'openssh') await (await connecting).close();
      else expect(await refusalOf(connecting)).toMatchObject({ code: 'host-key', hint: expect.stringContaining('--transport openssh') });
    });
  });
});

import { describe, expect, test } from 'vitest';
import { chooseClient, groupNeeds, tellNeeds } from '../../src/cli/choose-client.ts';
import type { TargetWithSecrets } from '../../src/cli/ssh-target.ts';

const TARGET = {
  host: 'web1',
  address: 'web1',
  port: 22,
  user: 'me',
  identityFiles: [],
  knownHostsFiles: [],
  connectTimeoutMs: 1,
  keepAliveMs: 1,
  become: { enabled: false, user: 'root' },
};
const CERTIFICATE = { what: 'CertificateFile', at: '/home/me/.ssh/config:12', isDefault: false };
const BESIDE = { what: 'the certificate', at: '/home/me/.ssh/id_rsa-cert.pub', isDefault: true };
const plain: TargetWithSecrets = { target: TARGET, secrets: {} };
const withPassword: TargetWithSecrets = { target: { ...TARGET, password: { secret: 'x' } }, secrets: {} };

describe('the client for a host', () => {
  test.each([
    ['is the built-in one where nothing else is asked for', 'auto', plain, 'ssh2'],
    ['is ssh where something is asked for', 'auto', { ...plain, need: CERTIFICATE }, 'openssh'],
    ['is ssh where a default key has a certificate', 'auto', { ...plain, need: BESIDE }, 'openssh'],
    [
      'is the built-in one where a default key has a certificate, and there is a password to try',
      'auto',
      { ...withPassword, need: BESIDE },
      'ssh2',
    ],
    ['is the built-in one where it is named, whatever is asked for', 'ssh2', { ...plain, need: CERTIFICATE }, 'ssh2'],
    ['is ssh where it is named', 'openssh', plain, 'openssh'],
  ] as const)('%s', (_, choice, found, client) => {
    expect(chooseClient(choice, found)).toEqual({ ok: true, value: client });
  });

  test('is none where ssh is asked for and a password is there, which ssh is not given', () => {
    expect(chooseClient('auto', { ...withPassword, need: CERTIFICATE })).toMatchObject({
      ok: false,
      failure: {
        code: 'refused',
        message: 'web1 has a password in the inventory, but CertificateFile in /home/me/.ssh/config:12 asks for ssh, which is given none',
        hint: expect.stringContaining('--transport ssh2'),
      },
    });
  });
});

test('hosts that go over ssh are told in groups', () => {
  const needs = ['web1', 'web2', 'db1', 'web3'].map((host) => ({ host, need: host === 'db1' ? BESIDE : CERTIFICATE }));
  const groups = groupNeeds(needs, '/home/me');
  expect(groups).toEqual([
    { what: 'CertificateFile', at: '~/.ssh/config:12', hosts: ['web1', 'web2', 'web3'] },
    { what: 'the certificate', at: '~/.ssh/id_rsa-cert.pub', hosts: ['db1'] },
  ]);
  expect(tellNeeds(groups, false)).toEqual([
    '3 hosts go over ssh, since CertificateFile in ~/.ssh/config:12',
    'db1 goes over ssh, since the certificate in ~/.ssh/id_rsa-cert.pub',
  ]);
  expect(tellNeeds(groups, true)).toEqual([
    '3 hosts ask for CertificateFile in ~/.ssh/config:12, and the built-in client goes without',
    'db1 asks for the certificate in ~/.ssh/id_rsa-cert.pub, and the built-in client goes without',
  ]);
});

import { describe, expect, test } from 'vitest';
import { indexKnownHosts, parseKnownHosts } from '../../src/transport/known-hosts.ts';
import { type KeyFiles, opensshNeed } from '../../src/transport/openssh-need.ts';
import { openSshConfig } from '../../src/transport/ssh-config/ssh-config.ts';
import { unwrap } from '../inventory/memory-io.ts';
import { ED, key } from './key-lines.ts';
import { memoryIo } from './ssh-config/memory-io.ts';

/** What a configuration asks of ssh for the host web1, where these files are there, with these types of keys. */
async function need(
  text: string,
  { files = {}, known = '', system = '' }: { files?: Readonly<Record<string, string>>; known?: string; system?: string } = {},
) {
  const config = await openSshConfig(memoryIo({ '/home/me/.ssh/config': text, '/etc/ssh/ssh_config': system }), { exec: 'refuse' });
  const settings = unwrap(await config.resolve({ host: 'web1', settings: [] }));
  const keys: KeyFiles = { exists: (path) => Object.hasOwn(files, path), typeOf: (path) => files[path] };
  return opensshNeed(settings, keys, indexKnownHosts(parseKnownHosts(known, '/kh')));
}

const HOME = '/home/me/.ssh';

describe('a way asks for the ssh of this machine', () => {
  test.each<[string, string, string]>([
    ['by CertificateFile', 'Host web1\n  CertificateFile /c-cert.pub', 'CertificateFile'],
    ['by PKCS11Provider', 'Host *\n  PKCS11Provider /usr/lib/opensc.so', 'PKCS11Provider'],
    ['by the old name of PKCS11Provider', '#\nSmartcardDevice /usr/lib/opensc.so', 'PKCS11Provider'],
    ['by SecurityKeyProvider', '#\nSecurityKeyProvider /usr/lib/sk.so', 'SecurityKeyProvider'],
    ['by GSSAPIAuthentication', '#\nGSSAPIAuthentication yes', 'GSSAPIAuthentication'],
    ['by KnownHostsCommand', '#\nKnownHostsCommand /usr/bin/keys %H', 'KnownHostsCommand'],
    ['by HostKeyAlgorithms that are certificates alone', '#\nHostKeyAlgorithms ssh-ed25519-cert-v01@openssh.com', 'HostKeyAlgorithms'],
    ['by RevokedHostKeys', '#\nRevokedHostKeys /etc/revoked', 'RevokedHostKeys'],
    ['by HostbasedAuthentication', '#\nHostbasedAuthentication yes', 'HostbasedAuthentication'],
    ['by BindInterface', '#\nBindInterface eth0', 'BindInterface'],
    ['by ProxyUseFdpass', '#\nProxyUseFdpass yes', 'ProxyUseFdpass'],
  ])('%s', async (_, text, what) => {
    expect(await need(text, { files: { '/c-cert.pub': '' } })).toEqual({ what, at: `${HOME}/config:2`, isDefault: false });
  });

  test('by a certificate beside a key that is named, or that ssh tries by default', async () => {
    expect(await need('IdentityFile /k', { files: { '/k': ED, '/k-cert.pub': '' } })).toEqual({
      what: 'the certificate',
      at: '/k-cert.pub',
      isDefault: false,
    });
    // The private half may be in an agent.
    expect(await need('', { files: { [`${HOME}/id_rsa-cert.pub`]: '' } })).toMatchObject({ what: 'the certificate', isDefault: true });
  });

  test('by a FIDO key that is named, or that is the only kind of key there is', async () => {
    const sk = 'sk-ssh-ed25519@openssh.com';
    expect(await need('IdentityFile /a\nIdentityFile /k', { files: { '/a': ED, '/k': sk } })).toMatchObject({
      what: 'the FIDO key',
      at: '/k',
    });
    expect(await need('', { files: { [`${HOME}/id_ed25519_sk`]: sk } })).toMatchObject({ what: 'the FIDO key', isDefault: true });
  });

  test.each([
    ['the name', `@cert-authority web* ${key(ED, 9)}`],
    ['every name, in a file that has other hosts as well', `db1 ${key(ED, 1)}\n\n@cert-authority * ${key(ED, 9)}`],
    ['the name, when its own key is revoked', `@revoked web1 ${key(ED, 1)}\n@cert-authority web1 ${key(ED, 9)}`],
  ])('where known_hosts has an authority for %s, and no key of its own', async (_, known) => {
    expect(await need('', { known })).toMatchObject({ what: '@cert-authority', isDefault: false });
  });

  test('where an authority is known for the name without the port, as ssh looks it up', async () => {
    const known = `@cert-authority web1 ${key(ED, 9)}`;
    expect(await need('Port 2222', { known })).toMatchObject({ what: '@cert-authority', at: '/kh:1' });
    expect(await need('Port 2222\nHostKeyAlias other', { known })).toBeUndefined();
  });
});

describe('a way does not ask for the ssh of this machine', () => {
  test.each<[string, string]>([
    ['nothing is said', ''],
    ['a certificate is named that is not there', 'CertificateFile /gone-cert.pub'],
    ['the keywords say none, internal or no', 'PKCS11Provider none\nSecurityKeyProvider internal\nGSSAPIAuthentication no'],
    ['nobody is to be asked for keys of hosts', 'KnownHostsCommand none\nRevokedHostKeys none\nHostbasedAuthentication no'],
    ['what is said is said of another host', 'Host web2\n  GSSAPIAuthentication yes\n  CertificateFile /c-cert.pub'],
    ['a certificate beside a key is outdone by one that is named and not there', 'IdentityFile /k\nCertificateFile /gone'],
  ])('where %s', async (_, text) => {
    expect(await need(text, { files: { '/c-cert.pub': '', '/k': ED, '/k-cert.pub': '' } })).toBeUndefined();
  });

  test('by the GSSAPI of the system, which is shipped switched on', async () => {
    expect(await need('', { system: 'Host *\n  GSSAPIAuthentication yes\n' })).toBeUndefined();
  });

  test('by a default FIDO key beside a plain one', async () => {
    const files = { [`${HOME}/id_ed25519`]: ED, [`${HOME}/id_ed25519_sk`]: 'sk-ssh-ed25519@openssh.com' };
    expect(await need('', { files })).toBeUndefined();
  });

  test.each([
    ['a key of its own beside the authority', `@cert-authority * ${key(ED, 9)}\nweb1 ${key(ED, 1)}`],
    ['an authority for others', `@cert-authority *.example ${key(ED, 9)}`],
    ['an authority for all others', `@cert-authority *,!web1 ${key(ED, 9)}`],
    ['nothing', ''],
  ])('where known_hosts has %s', async (_, known) => {
    expect(await need('', { known })).toBeUndefined();
  });
});

import { describe } from 'vitest';
import { ALGORITHMS } from '../../../src/transport/ssh-config/algorithms-of-openssh.ts';
import { testCases } from './cases.ts';

describe('a value', () => {
  testCases({
    'is a default of OpenSSH where nothing is said': {
      files: '',
      means: {
        host: 'web1',
        hostName: 'web1',
        user: '{user}',
        port: 22,
        addressFamily: 'any',
        connectionAttempts: 1,
        serverAliveInterval: 0,
        serverAliveCountMax: 3,
        batchMode: false,
        identityFile: ['id_rsa', 'id_ecdsa', 'id_ecdsa_sk', 'id_ed25519', 'id_ed25519_sk', 'id_xmss', 'id_dsa'].map(
          (name) => `{passwd}/.ssh/${name}`,
        ),
        certificateFile: [],
        identitiesOnly: false,
        identityAgent: '/run/agent.sock',
        addKeysToAgent: 'no',
        pubkeyAuthentication: 'yes',
        passwordAuthentication: true,
        kbdInteractiveAuthentication: true,
        gssapiAuthentication: false,
        proxyJump: [],
        proxyUseFdpass: false,
        userKnownHostsFile: ['{passwd}/.ssh/known_hosts', '{passwd}/.ssh/known_hosts2'],
        globalKnownHostsFile: ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
        strictHostKeyChecking: 'ask',
        hashKnownHosts: false,
        compression: false,
        forwardAgent: false,
        forwardX11: false,
        said: {},
        notUsed: [],
      },
    },
    'is a time in seconds, minutes, hours, days or weeks': {
      files: 'ConnectTimeout 1h30M5s\nServerAliveInterval 1W',
      means: { connectTimeout: 5_405, serverAliveInterval: 604_800 },
    },
    'is no time with other letters': {
      files: 'ConnectTimeout 5y',
      means: { at: '{home}/config:1:16', message: 'ConnectTimeout: "5y" is no time' },
    },
    'none of a time is as if it were not said': { files: 'ConnectTimeout none\nConnectTimeout 7', means: { connectTimeout: 7 } },
    'is a port by the name of its service': { files: 'Port ssh', means: { port: 22 } },
    'is no port 0': { files: 'Port 0', means: { at: '{home}/config:1:6', message: 'Port: "0" is no port' } },
    'of ConnectionAttempts is no 0': {
      files: '\nConnectionAttempts 0',
      means: { at: '{home}/config:2:1', message: 'ConnectionAttempts must not be 0' },
    },
    'of ServerAliveInterval is 300 in batch mode, on Debian': { files: 'BatchMode yes', means: { serverAliveInterval: 300 } },
    'of ServerAliveInterval is what is said, in batch mode too': {
      files: 'BatchMode yes\nServerAliveInterval 0',
      means: { serverAliveInterval: 0 },
    },
    'is yes or no in any case': {
      files: 'IdentitiesOnly YES\nHashKnownHosts True\nForwardX11 false',
      means: { identitiesOnly: true, hashKnownHosts: true, forwardX11: false },
    },
    'is nothing but yes or no': {
      files: 'HashKnownHosts 1',
      means: { at: '{home}/config:1:16', message: 'HashKnownHosts: "1" is none of yes, true, no, false' },
    },
    'of StrictHostKeyChecking is one of four': { files: 'StrictHostKeyChecking OFF', means: { strictHostKeyChecking: 'no' } },
    'of AddKeysToAgent may be a time': { files: 'AddKeysToAgent 1h', means: { addKeysToAgent: 'yes', addKeysToAgentLifetime: 3_600 } },
    'of AddKeysToAgent may be confirm and a time': {
      files: 'AddKeysToAgent confirm 5m',
      means: { addKeysToAgent: 'confirm', addKeysToAgentLifetime: 300 },
    },
    'of AddKeysToAgent has no time after yes': {
      files: 'AddKeysToAgent yes 5m',
      means: { at: '{home}/config:1:16', message: 'AddKeysToAgent: "yes" is no choice and no time' },
    },
    'that is a list counts once': { files: 'UserKnownHostsFile /a\nUserKnownHostsFile /b', means: { userKnownHostsFile: ['/a'] } },
    'that is a list has at most 32 parts': {
      files: `UserKnownHostsFile${' /a'.repeat(32)}\nGlobalKnownHostsFile${' /a'.repeat(33)}`,
      means: { at: '{home}/config:2:1', message: 'GlobalKnownHostsFile has more than 32 arguments' },
    },
    'that is a list may be too long where it does not count': {
      files: `Host db\nUserKnownHostsFile${' /a'.repeat(33)}`,
      means: { port: 22 },
    },
    'that adds up adds up to 100': {
      files: Array.from({ length: 101 }, (_, n) => `IdentityFile /${n}\n`).join(''),
      means: { at: '{home}/config:101:1', message: 'there are more than 100 of IdentityFile' },
    },
    'of IdentityFile none leaves no file': { files: 'IdentityFile none', means: { identityFile: [] } },
    'of a file of known hosts may be several': {
      files: 'UserKnownHostsFile /a "/b c" ~/d',
      means: { userKnownHostsFile: ['/a', '/b c', '{passwd}/d'] },
    },
    'of a file of known hosts may be none': {
      files: 'UserKnownHostsFile none\nGlobalKnownHostsFile NONE',
      means: { userKnownHostsFile: [], globalKnownHostsFile: [] },
    },
    'none does not stand beside others': {
      files: 'UserKnownHostsFile /a none',
      means: { at: '{home}/config:1:20', message: 'UserKnownHostsFile: "none" must stand alone' },
    },
    'of PreferredAuthentications is a list': {
      files: 'PreferredAuthentications publickey,password',
      means: { preferredAuthentications: ['publickey', 'password'] },
    },
    'of HostKeyAlias is in lower case': { files: 'HostKeyAlias Alias.Example', means: { hostKeyAlias: 'alias.example' } },
    'of ForwardAgent may be a path': { files: 'ForwardAgent /run/x.sock', means: { forwardAgent: true } },
    'of RevokedHostKeys stays as it is': { files: 'RevokedHostKeys ~/revoked', means: { revokedHostKeys: '~/revoked' } },
    'of RevokedHostKeys may be none': {
      files: 'RevokedHostKeys none',
      means: { notUsed: [], said: { RevokedHostKeys: '{home}/config:1:1' } },
    },
    'tells where it was said': {
      files: 'Host web1\n  Port 2222\n\tIdentityFile /a\nIdentityFile /b\nProxyJump gw\n',
      means: {
        said: {
          Port: '{home}/config:2:3',
          IdentityFile: '{home}/config:3:2',
          ProxyJump: '{home}/config:5:1',
        },
      },
    },
    'that is of no use here is told, once': {
      files: 'Host db\nTCPKeepAlive no\nHost *\nSendEnv LANG # x\n RemoteCommand a "b" # c\nSendEnv LC_*\nPort 2\n',
      means: {
        notUsed: [
          { keyword: 'SendEnv', text: 'LANG # x', at: '{home}/config:4:1' },
          { keyword: 'RemoteCommand', text: 'a "b" # c', at: '{home}/config:5:2' },
        ],
      },
    },
    'that is of no use here may be at fault': {
      files: 'ControlMaster maybe',
      means: { at: '{home}/config:1:15', message: 'ControlMaster: "maybe" is none of yes, true, no, false, auto, ask, autoask' },
    },
  });
});

const { Ciphers, KexAlgorithms, MACs, PubkeyAcceptedAlgorithms } = ALGORITHMS;
const without = (list: readonly string[], ...names: readonly string[]) => list.filter((name) => !names.includes(name));

describe('a list of algorithms', () => {
  testCases({
    'stands for itself': { files: 'Ciphers aes256-ctr,aes128-ctr', means: { ciphers: ['aes256-ctr', 'aes128-ctr'] } },
    'adds with +': { files: 'Ciphers +3des-cbc,aes128-ctr', means: { ciphers: [...Ciphers.defaults, '3des-cbc'] } },
    'removes with -': {
      files: 'MACs -hmac-sha1*,umac-*',
      means: { macs: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'] },
    },
    'puts at the head with ^': {
      files: 'KexAlgorithms ^ecdh-sha2-nistp256,diffie-hellman-group14-sha1',
      means: {
        kexAlgorithms: ['ecdh-sha2-nistp256', 'diffie-hellman-group14-sha1', ...without(KexAlgorithms.defaults, 'ecdh-sha2-nistp256')],
      },
    },
    'of keys may hold patterns': {
      files: 'HostKeyAlgorithms rsa-sha2-256,rsa-*',
      means: {
        hostKeyAlgorithms: ['rsa-sha2-256', 'rsa-sha2-256-cert-v01@openssh.com', 'rsa-sha2-512', 'rsa-sha2-512-cert-v01@openssh.com'],
      },
    },
    'of keys may name types, which select nothing': {
      files: 'HostKeyAlgorithms RSA,ssh-ed25519',
      means: { hostKeyAlgorithms: ['ssh-ed25519'] },
    },
    'of keys may add old ones': {
      files: 'PubkeyAcceptedAlgorithms +ssh-rsa',
      means: { pubkeyAcceptedAlgorithms: [...PubkeyAcceptedAlgorithms.defaults, 'ssh-rsa'] },
    },
    'of ciphers may not hold patterns': {
      files: 'Ciphers aes*',
      means: { at: '{home}/config:1:9', message: 'Ciphers: "aes*" is no list of algorithms that OpenSSH 9.2 knows' },
    },
    'has no names that OpenSSH does not know': {
      files: 'MACs +hmac-x',
      means: { at: '{home}/config:1:6', message: 'MACs: "+hmac-x" is no list of algorithms that OpenSSH 9.2 knows' },
    },
    'may remove names that OpenSSH does not know': { files: 'MACs -hmac-x', means: { macs: MACs.defaults } },
    'counts once': { files: 'Ciphers +3des-cbc\nCiphers +aes128-cbc', means: { ciphers: [...Ciphers.defaults, '3des-cbc'] } },
    'of certificates has signatures alone': {
      files: 'CASignatureAlgorithms ^ssh-rsa*',
      means: { caSignatureAlgorithms: ['ssh-rsa', ...ALGORITHMS.CASignatureAlgorithms.defaults] },
    },
    'may name key exchanges of GSSAPI, which are not among those': {
      files: 'KexAlgorithms gss-group14-sha256-,curve25519-sha256',
      means: { kexAlgorithms: ['curve25519-sha256'] },
    },
    'that leaves nothing is refused': { files: 'MACs -*', means: { at: '{home}/config:1:1', message: 'MACs -* leaves no algorithm' } },
    'with a negated pattern is refused': {
      files: 'HostKeyAlgorithms !rsa-*,*',
      means: { at: '{home}/config:1:1', message: 'HostKeyAlgorithms !rsa-*,* holds a negated pattern' },
    },
  });
});

import { createHash } from 'node:crypto';
import { describe } from 'vitest';
import { nodeSshConfigIo } from '../../../src/transport/ssh-config/node-io.ts';
import { testCases } from './cases.ts';

const io = nodeSshConfigIo({});
const short = io.hostName.replace(/\..*/, '');
const ALL = '%%/%d/%h/%i/%k/%L/%l/%n/%p/%r/%u';
const KNOWN = `HostName Real\nPort 7\nUser bob\nHostKeyAlias Ali\n`;
const FILLED = `%/{passwd}/real/{uid}/ali/${short}/{host}/web1/7/bob/{user}`;
const HASH = createHash('sha1').update(`${io.hostName}real7bob`).digest('hex');

describe('tokens', () => {
  testCases({
    'are filled in in IdentityFile': { files: `${KNOWN}IdentityFile /${ALL}\n`, means: { identityFile: [`/${FILLED}`] } },
    'are filled in in CertificateFile': { files: `CertificateFile /${ALL}\n${KNOWN}`, means: { certificateFile: [`/${FILLED}`] } },
    'are filled in in UserKnownHostsFile': {
      files: `UserKnownHostsFile /${ALL} /%C\n${KNOWN}`,
      means: { userKnownHostsFile: [`/${FILLED}`, `/${HASH}`] },
    },
    'are filled in in IdentityAgent': { files: `${KNOWN}IdentityAgent /${ALL}\n`, means: { identityAgent: `/${FILLED}` } },
    'are filled in in ProxyCommand, as far as it takes them': {
      files: `${KNOWN}ProxyCommand nc %h %n %p %r %k %%\n`,
      means: { proxyCommand: 'nc real web1 7 bob ali %' },
    },
    'that ProxyCommand does not take are at fault': {
      files: 'ProxyCommand x %u',
      means: { at: '{home}/config:1:1', message: 'ProxyCommand: %u is no token here' },
    },
    'are filled in in ProxyJump': {
      files: `${KNOWN}ProxyJump %r@gw-%h:2,%n\n`,
      means: { proxyJump: [{ user: 'bob', host: 'gw-real', port: 2 }, { host: 'web1' }] },
    },
    'are filled in in HostName': { files: 'HostName %h.example.com', means: { hostName: 'web1.example.com' } },
    'are not filled in in GlobalKnownHostsFile': { files: 'GlobalKnownHostsFile /%h', means: { globalKnownHostsFile: ['/%h'] } },
    'are not filled in in User, HostKeyAlias and RevokedHostKeys': {
      files: 'User %u\nHostKeyAlias %h\nRevokedHostKeys /%h',
      means: { user: '%u', hostKeyAlias: '%h', revokedHostKeys: '/%h' },
    },
    'of HostName are %h and %% alone': {
      files: 'HostName %n',
      means: { at: '{home}/config:1:1', message: 'HostName: %n is no token here' },
    },
    'end with a letter': { files: '\nHostName x%', means: { at: '{home}/config:2:1', message: 'HostName: nothing follows the last %' } },
    'that there are not are at fault': {
      files: 'UserKnownHostsFile /a /%j',
      means: { at: '{home}/config:1:1', message: 'UserKnownHostsFile /%j: %j is no token here' },
    },
    'give %k the host that was asked for, where there is no alias': {
      files: 'HostName db\nUserKnownHostsFile /%k',
      means: { userKnownHostsFile: ['/web1'] },
    },
    'give %h names in lower case and addresses in one spelling': {
      files: 'HostName 127.1\nUserKnownHostsFile /%h',
      means: { userKnownHostsFile: ['/127.0.0.1'] },
    },
    'are not filled in twice': { files: 'User %%h\nUserKnownHostsFile /%r', means: { userKnownHostsFile: ['/%%h'] } },
  });
});

describe('variables of the environment', () => {
  testCases({
    'are filled in in files and sockets': {
      files: 'IdentityFile ${RB_DIR}/a\nCertificateFile ${RB_DIR}/b\nUserKnownHostsFile ${RB_DIR}/%h\nIdentityAgent ${RB_SOCK}',
      means: {
        identityFile: ['/srv/keys/a'],
        certificateFile: ['/srv/keys/b'],
        userKnownHostsFile: ['/srv/keys/web1'],
        identityAgent: '/run/other.sock',
      },
    },
    'are not filled in in HostName, User, ProxyCommand and GlobalKnownHostsFile': {
      files: 'HostName ${RB_DIR}\nUser ${RB_DIR}\nProxyCommand ${RB_DIR}\nGlobalKnownHostsFile ${RB_DIR}',
      means: { hostName: '${rb_dir}', user: '${RB_DIR}', proxyCommand: '${RB_DIR}', globalKnownHostsFile: ['${RB_DIR}'] },
    },
    'that are not set are at fault': {
      files: 'UserKnownHostsFile ${RB_NOT}',
      means: { at: '{home}/config:1:1', message: 'UserKnownHostsFile ${RB_NOT}: the environment variable RB_NOT is not set' },
    },
    'that are not set are at fault at once in IdentityAgent, for any host': {
      files: 'Host db\nIdentityAgent ${RB_NOT}',
      means: { at: '{home}/config:2:15', message: 'IdentityAgent: the environment variable RB_NOT is not set' },
    },
    'need their }': {
      files: 'UserKnownHostsFile ${RB_DIR',
      means: { at: '{home}/config:1:1', message: 'UserKnownHostsFile ${RB_DIR: a ${ has no closing }' },
    },
    'without {} are none but for IdentityAgent': {
      files: 'UserKnownHostsFile /$RB_DIR\nIdentityAgent $RB_SOCK',
      means: { userKnownHostsFile: ['/$RB_DIR'], identityAgent: '/run/other.sock' },
    },
  });
});

describe('an agent', () => {
  testCases({
    'is that of SSH_AUTH_SOCK': { files: 'IdentityAgent SSH_AUTH_SOCK', means: { identityAgent: '/run/agent.sock' } },
    'may be below ~': { files: 'IdentityAgent "~/a sock"', means: { identityAgent: '{passwd}/a sock' } },
  });
});

describe('~', () => {
  testCases({
    'is the home of the account, not $HOME': {
      files: 'UserKnownHostsFile ~ ~/ ~/a ~//b',
      means: { userKnownHostsFile: ['{passwd}/', '{passwd}/', '{passwd}/a', '{passwd}/b'] },
    },
    'may be that of another user': {
      files: 'GlobalKnownHostsFile /x\nUserKnownHostsFile ~bin/a',
      means: { userKnownHostsFile: ['/bin/a'] },
    },
    'is none of a user that there is not': {
      files: 'UserKnownHostsFile ~nobody-here/a',
      means: { at: '{home}/config:1:1', message: 'UserKnownHostsFile ~nobody-here/a: there is no user "nobody-here" on this machine' },
    },
    'stands at the beginning alone': { files: 'UserKnownHostsFile /a~/b', means: { userKnownHostsFile: ['/a~/b'] } },
  });
});

import { describe } from 'vitest';
import { testCases } from './cases.ts';

const none = { proxyJump: [], proxyCommand: undefined };
const noJump = (column: number, text: string) => ({
  at: `{home}/config:1:${column}`,
  message: `ProxyJump: "${text}" is no list of [user@]host[:port]`,
});

describe('ProxyJump', () => {
  testCases({
    'names a host': { files: 'ProxyJump gw', means: { proxyJump: [{ host: 'gw' }] } },
    'names user, host and port': {
      files: 'ProxyJump me@gw.example:2222',
      means: { proxyJump: [{ user: 'me', host: 'gw.example', port: 2222 }] },
    },
    'names several hosts, the first one first': {
      files: 'ProxyJump a,b@c:7,d',
      means: { proxyJump: [{ host: 'a' }, { user: 'b', host: 'c', port: 7 }, { host: 'd' }] },
    },
    'takes IPv6 in brackets': {
      files: 'ProxyJump [::1],me@[fe80::2]:22',
      means: { proxyJump: [{ host: '::1' }, { user: 'me', host: 'fe80::2', port: 22 }] },
    },
    'takes no IPv6 without brackets': { files: 'ProxyJump fe80::1', means: noJump(11, 'fe80::1') },
    'takes ssh URIs': {
      files: 'ProxyJump ssh://me@gw:23/,ssh://a.b;x=y@d.',
      means: {
        proxyJump: [
          { user: 'me', host: 'gw', port: 23 },
          { user: 'a.b', host: 'd' },
        ],
      },
    },
    'takes no path': { files: 'ProxyJump gw/x', means: noJump(11, 'gw/x') },
    'takes no URIs with a path': { files: 'ProxyJump ssh://gw/x', means: noJump(11, 'ssh://gw/x') },
    'takes no URIs with a path after an empty port': { files: 'ProxyJump ssh://gw:/', means: noJump(11, 'ssh://gw:/') },
    'takes the last @': { files: 'ProxyJump me@home@gw', means: { proxyJump: [{ user: 'me@home', host: 'gw' }] } },
    'takes an empty port for none': { files: 'ProxyJump gw:', means: { proxyJump: [{ host: 'gw' }] } },
    'takes the names of services': { files: 'ProxyJump gw:ssh', means: { proxyJump: [{ host: 'gw', port: 22 }] } },
    'may be followed by a comment': { files: 'ProxyJump gw,db # , not this', means: { proxyJump: [{ host: 'gw' }, { host: 'db' }] } },
    'ends at the first space, with or without a comment': { files: 'ProxyJump gw db', means: { proxyJump: [{ host: 'gw' }] } },
    'has no empty host': { files: 'ProxyJump gw,,db', means: noJump(11, 'gw,,db') },
    'has no empty user': { files: 'Host db\nProxyJump @gw', means: { ...noJump(11, '@gw'), at: '{home}/config:2:11' } },
    'has no port 0': { files: 'ProxyJump gw:0', means: noJump(11, 'gw:0') },
    'may be none': { files: 'ProxyJump none\nProxyJump gw', means: none },
    'is a host called none when a comment follows': { files: 'ProxyJump none # x', means: { proxyJump: [{ host: 'none' }] } },
    'may be given with =': { files: 'ProxyJump = gw', means: { proxyJump: [{ host: 'gw' }] } },
    'counts once': { files: 'ProxyJump a,b\nProxyJump c', means: { proxyJump: [{ host: 'a' }, { host: 'b' }] } },
    'switches ProxyUseFdpass off': { files: 'ProxyUseFdpass yes\nProxyJump gw', means: { proxyUseFdpass: false } },
    'does not lead through the host itself': {
      files: 'ProxyJump a,web1',
      means: { at: '{home}/config:1:1', message: 'ProxyJump leads through the host itself: web1' },
    },
    'may lead through another port of the host': { files: 'ProxyJump web1:2222', means: { proxyJump: [{ host: 'web1', port: 2222 }] } },
    'may lead through another user of the host': { files: 'ProxyJump x@web1', means: { proxyJump: [{ user: 'x', host: 'web1' }] } },
  });
});

describe('ProxyCommand', () => {
  testCases({
    'is the rest of the line, quotes, spaces and all': {
      files: 'ProxyCommand  =  nc "a  b" %h # x \t\n',
      means: { proxyCommand: 'nc "a  b" web1 # x' },
    },
    'closes its quotes': { files: "ProxyCommand it's", means: { at: '{home}/config:1:14', message: 'a quote is not closed' } },
    'may be none': { files: 'ProxyCommand none\nProxyCommand x', means: none },
    'is none without quotes alone': { files: 'ProxyCommand "none"', means: { proxyCommand: '"none"' } },
    'before ProxyJump wins': { files: 'ProxyCommand x\nProxyJump gw', means: { proxyCommand: 'x', proxyJump: [] } },
    'after ProxyJump loses': { files: 'ProxyJump gw\nProxyCommand x', means: { proxyCommand: undefined, proxyJump: [{ host: 'gw' }] } },
    'none before ProxyJump wins, too': { files: 'ProxyCommand none\nProxyJump gw', means: none },
    'after ProxyJump none wins': { files: 'ProxyJump none\nProxyCommand x', means: { proxyCommand: 'x', proxyJump: [] } },
    'and ProxyJump of different blocks go by their order': {
      files: 'Host db\nProxyCommand x\nHost web1\nProxyJump gw\nHost *\nProxyCommand y',
      means: { proxyCommand: undefined, proxyJump: [{ host: 'gw' }] },
    },
    'may pass a descriptor': { files: 'ProxyUseFdpass yes\nProxyCommand x', means: { proxyCommand: 'x', proxyUseFdpass: true } },
    'that is - passes none': {
      files: 'ProxyCommand -\nProxyUseFdpass yes',
      means: { at: '{home}/config:1:1', message: 'ProxyCommand - and ProxyUseFdpass exclude each other' },
    },
  });
});

describe('what ssh would leave to a shell', () => {
  testCases({
    'is refused in a hop': {
      files: 'ProxyJump a;b',
      means: { at: '{home}/config:1:1', message: 'ProxyJump names "a;b", which is more than a name to a shell' },
    },
    'is refused in the user of a hop': {
      files: 'ProxyJump $USER@gw',
      means: { at: '{home}/config:1:1', message: 'ProxyJump names "$USER", which is more than a name to a shell' },
    },
  });
});

const at = 'inventory';

describe('the command line', () => {
  testCases({
    'counts before files': {
      files: 'Port 1\nUser a',
      settings: [
        { option: 'Port=2', at },
        { option: 'user b', at },
      ],
      means: { port: 2, user: 'b', said: { Port: at, User: at } },
    },
    'counts in its order': {
      files: '',
      settings: [
        { keyword: 'Port', value: '2', at },
        { option: 'Port=3', at },
      ],
      means: { port: 2 },
    },
    'adds to lists, before files': {
      files: 'IdentityFile /b',
      settings: [{ option: 'IdentityFile=/a', at }],
      means: { identityFile: ['/a', '/b'] },
    },
    'is seen by Match': { files: 'Match user b\nPort 2', settings: [{ keyword: 'User', value: 'b', at }], means: { port: 2 } },
    'takes quotes and comments of an option': { files: '', settings: [{ option: 'User="a b" # x', at }], means: { user: 'a b' } },
    'takes the value of a letter as it is': {
      files: '',
      settings: [{ keyword: 'User', value: 'a#\\b "c', at }],
      means: { message: '"a#\\b "c" cannot be the name of a user', at },
    },
    'takes spaces in the value of a letter': {
      files: '',
      settings: [{ keyword: 'User', value: 'two words\\x #1', at }],
      means: { user: 'two words\\x #1' },
    },
    'takes ProxyJump': {
      files: 'ProxyCommand x',
      settings: [{ keyword: 'ProxyJump', value: 'a,b', at }],
      means: { proxyJump: [{ host: 'a' }, { host: 'b' }] },
    },
    'takes no shell characters in hops': {
      files: '',
      settings: [{ keyword: 'ProxyJump', value: 'a;b', at }],
      means: { at, message: 'ProxyJump: "a;b" is no list of [user@]host[:port]' },
    },
    'names the way once': {
      files: '',
      settings: [
        { option: 'ProxyCommand x', at },
        { keyword: 'ProxyJump', value: 'a', at },
      ],
      means: { at, message: 'the way to a host is named twice, once by -J' },
    },
    'has no users with shell characters': {
      files: '',
      settings: [{ option: 'User=a;b', at }],
      means: { at, message: '"a;b" cannot be the name of a user' },
    },
    'has no blocks': { files: '', settings: [{ option: 'Host *', at }], means: { at, message: 'host cannot stand on a command line' } },
    'has no faults': { files: '', settings: [{ option: 'Prot=22', at }], means: { at, message: 'bad configuration option: Prot' } },
    'may pass over what is not known': {
      files: 'Tag y',
      settings: [
        { option: 'IgnoreUnknown Tag', at },
        { option: 'Tag=x', at },
        { option: '', at },
      ],
      means: { port: 22 },
    },
    'has a host': { files: '', host: 'web1;x', means: { message: '"web1;x" cannot be the name of a host' } },
  });
});

describe('a host name', () => {
  testCases({
    'is in lower case': { files: '', host: 'Web1.EXAMPLE.com', means: { host: 'Web1.EXAMPLE.com', hostName: 'web1.example.com' } },
    'may be an address in other spellings': { files: '', host: '0x7f.1', means: { hostName: '127.0.0.1' } },
    'may be an octal address': { files: '', host: '010.1.1', means: { hostName: '8.1.0.1' } },
    'is no address beyond 255': { files: '', host: '256.1.1.1', means: { hostName: '256.1.1.1' } },
    'may be an IPv6 address': { files: '', host: '0:0:0:0:0:0:0:1', means: { hostName: '::1' } },
    'keeps the case of an address': { files: '', host: 'FE80::ABCD', means: { hostName: 'FE80::ABCD' } },
    'is no address of the other family': { files: 'AddressFamily inet', host: '0:0::1', means: { hostName: '0:0::1' } },
    'may be an IPv4 address within an IPv6 one, where IPv4 is wanted': {
      files: 'AddressFamily inet',
      host: '::FFFF:102:304',
      means: { hostName: '1.2.3.4' },
    },
    'is no IPv4 address where IPv6 is wanted': { files: 'AddressFamily inet6', host: '127.1', means: { hostName: '127.1' } },
    'may have an interface': { files: '', host: 'fe80:0::1%lo', means: { hostName: 'fe80::1%lo' } },
    'is canonicalized without a name server where it is an address': {
      files: 'CanonicalizeHostname yes\nCanonicalDomains example.com\nMatch canonical\nUser a',
      host: '127.1',
      means: { hostName: '127.0.0.1', user: 'a' },
    },
    'is canonicalized without a name server when it has dots enough': {
      files: 'CanonicalizeHostname yes\nCanonicalDomains example.com\nCanonicalizeMaxDots 0\nMatch host web1.x\nUser a',
      host: 'web1.x',
      means: { user: 'a' },
    },
    'is not looked up behind a proxy': {
      files: 'CanonicalizeHostname yes\nCanonicalDomains example.com\nProxyJump gw',
      means: { hostName: 'web1' },
    },
    'is not looked up where there is no domain': { files: 'CanonicalizeHostname yes\nCanonicalDomains none', means: { hostName: 'web1' } },
    'would be looked up in domains': {
      files: 'Port 2\n CanonicalizeHostname yes\nCanonicalDomains example.com example.org',
      means: { at: '{home}/config:2:2', message: 'CanonicalizeHostname yes: "web1" would be looked up in example.com, example.org' },
    },
    'would be looked up with as many dots as may be': {
      files: 'CanonicalizeHostname yes\nCanonicalDomains example.com',
      host: 'web1.x',
      means: { at: '{home}/config:1:1', message: 'CanonicalizeHostname yes: "web1.x" would be looked up in example.com' },
    },
    'would be looked up behind a proxy with always': {
      files: 'CanonicalizeHostname always\nCanonicalDomains example.com\nProxyCommand x',
      means: { at: '{home}/config:1:1', message: 'CanonicalizeHostname always: "web1" would be looked up in example.com' },
    },
    'would be looked up when it ends with a dot': {
      files: 'CanonicalizeHostname yes',
      host: 'web1.',
      means: { at: '{home}/config:1:1', message: 'CanonicalizeHostname yes: "web1." would be looked up' },
    },
    'would be looked up for another name': {
      files: 'CanonicalizeHostname yes\nCanonicalizePermittedCNAMEs *.a:*.b',
      means: {
        at: '{home}/config:1:1',
        message: 'CanonicalizeHostname yes: "web1" would be looked up for another name (CanonicalizePermittedCNAMEs)',
      },
    },
    'would be in no domain': {
      files: 'CanonicalizeHostname yes\nCanonicalizeFallbackLocal no',
      means: { at: '{home}/config:1:1', message: 'CanonicalizeHostname yes: "web1" is in no domain, and CanonicalizeFallbackLocal is no' },
    },
  });
});

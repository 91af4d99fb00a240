import { describe } from 'vitest';
import { testCases } from './cases.ts';

describe('a line of a configuration', () => {
  testCases({
    'has a keyword in any case': { files: 'PORT 2222\nuSeR deploy', means: { port: 2222, user: 'deploy' } },
    'may have one = after the keyword': { files: 'Port=2222\nUser = deploy', means: { port: 2222, user: 'deploy' } },
    'may not have two =': { files: 'Port==2222', means: { at: '{home}/config:1:6', message: 'Port: "=2222" is no port' } },
    'may be indented, by an = even': { files: '\t \tPort 2222\n = User deploy', means: { port: 2222, user: 'deploy' } },
    'counts for nothing when it begins with two =': { files: '==Port x\nUser deploy', means: { user: 'deploy' } },
    'may end in spaces, tabs, form feeds and carriage returns': {
      files: 'Port 2222 \t \r\nUser deploy\f\r\nCompression yes\r',
      means: { port: 2222, user: 'deploy', compression: true },
    },
    'may be one of a file without an end of line': { files: 'Port 2222', means: { port: 2222 } },
    'may be empty, or a comment': { files: '\n   \n# Port 1\n\t#Port 2\n\r\nPort 2222\n', means: { port: 2222 } },
    'may end with a comment': { files: 'Port 2222 # not 22\nUser deploy #', means: { port: 2222, user: 'deploy' } },
    'has no comment within a word': { files: 'User deploy#2', means: { user: 'deploy#2' } },
    'has no argument but a comment': {
      files: 'User # deploy',
      means: { at: '{home}/config:1:6', message: 'User: an argument is missing' },
    },
    'has arguments in double or single quotes': {
      files: 'User "two words"\nIdentityFile \'/a "b"\'\nIdentityFile "/it\'s"',
      means: { user: 'two words', identityFile: ['/a "b"', "/it's"] },
    },
    'has quotes within words': { files: 'User a" b "c\nIdentityFile /x\' y\'/z', means: { user: 'a b c', identityFile: ['/x y/z'] } },
    'has backslashes before quotes, backslashes and spaces': {
      files: 'User a\\ b\nIdentityFile /\\"x\\"\nIdentityFile "/a\\ b"\nIdentityFile /c\\\\d\\e',
      means: { user: 'a b', identityFile: ['/"x"', '/a\\ b', '/c\\d\\e'] },
    },
    'closes its quotes': { files: '# x\n User "deploy', means: { at: '{home}/config:2:7', message: 'a quote is not closed' } },
    'may have its keyword in quotes': { files: '"Port" 2222\n"User" deploy', means: { port: 2222, user: 'deploy' } },
    'is passed over when the quote of its keyword is not closed': { files: '"Port 2222\nUser deploy', means: { user: 'deploy', port: 22 } },
    'needs an argument': { files: 'User deploy\n  Port', means: { at: '{home}/config:2:3', message: 'Port has no argument' } },
    'has no empty argument': { files: 'User ""', means: { at: '{home}/config:1:6', message: 'User: an argument is missing' } },
    'has no more arguments than there are': {
      files: 'Port 22 23',
      means: { at: '{home}/config:1:6', message: 'Port has extra arguments: 23' },
    },
    'has no unknown keyword': {
      files: 'Host db\n  Prot 22',
      means: { at: '{home}/config:2:3', message: 'bad configuration option: Prot' },
    },
    'has no keyword of later versions': { files: 'Tag x', means: { at: '{home}/config:1:1', message: 'bad configuration option: Tag' } },
    'has no byte order mark': {
      files: '\uFEFFUser x',
      means: { at: '{home}/config:1:1', message: 'bad configuration option: \uFEFFUser' },
    },
    'may have an unknown keyword after IgnoreUnknown': {
      files: 'IgnoreUnknown use*,TAG\nUseKeychain yes\nTag a b c\nPort 2222',
      means: { port: 2222 },
    },
    'may not have one before IgnoreUnknown': {
      files: 'Tag x\nIgnoreUnknown Tag',
      means: { at: '{home}/config:1:1', message: 'bad configuration option: Tag' },
    },
    'may not have one that IgnoreUnknown excepts': {
      files: 'IgnoreUnknown *,!tag\nTag x',
      means: { at: '{home}/config:2:1', message: 'bad configuration option: Tag' },
    },
    'may not have one where IgnoreUnknown is for another host': {
      files: 'Host db\nIgnoreUnknown *\nTag x',
      means: { at: '{home}/config:3:1', message: 'bad configuration option: Tag' },
    },
    'is at fault for all hosts': { files: 'Host db\nPort x', means: { at: '{home}/config:2:6', message: 'Port: "x" is no port' } },
    'may have keywords that ssh does no longer know': {
      files: 'Protocol 1,2\nRSAAuthentication x y z\nUser deploy',
      means: { user: 'deploy' },
    },
    'may have other names of keywords': {
      files: 'DSAAuthentication no\nPubkeyAcceptedKeyTypes ssh-ed25519\nIdentityFile2 /x\nSetupTimeOut 7',
      means: { pubkeyAuthentication: 'no', pubkeyAcceptedAlgorithms: ['ssh-ed25519'], identityFile: ['/x'], serverAliveInterval: 7 },
    },
    'has a first character, whatever it is': { files: '\f\n', means: { at: '{home}/config:1:1', message: '\f has no argument' } },
    'ends at a zero byte': { files: 'User deploy\0 nonsense\nPort 2222', means: { user: 'deploy', port: 2222 } },
  });
});

describe('a line that is no UTF-8', () => {
  testCases({
    'is refused by its place': {
      files: '# caf\uFFFD\nUser b\uFFFDb',
      means: { at: '{home}/config:2:1', message: 'the line is no UTF-8' },
    },
  });
});

import { describe } from 'vitest';
import { testCases } from './cases.ts';

describe('a Host block', () => {
  testCases({
    'counts for hosts that match one of its patterns': { files: 'Host db web?\nUser a\nHost *\nUser b\n', means: { user: 'a' } },
    'does not count for others': { files: 'Host db *.example.com\nUser a\nHost *\nUser b\n', means: { user: 'b' } },
    'does not count where a negated pattern matches, wherever it stands': {
      files: 'Host * !web1\nUser a\nHost !web1 *\nUser b\nHost !db *\nUser c\n',
      means: { user: 'c' },
    },
    'never counts by negated patterns alone': { files: 'Host !db\nUser a\n', means: { user: '{user}' } },
    'has patterns with spaces between them, not commas': { files: 'Host web1,db\nUser a\nHost "web1" db\nUser b\n', means: { user: 'b' } },
    'is compared with the name as it was asked for': {
      files: 'Host web1\nUser a\n',
      host: 'WEB1',
      means: { user: '{user}', hostName: 'web1' },
    },
    'is not compared with HostName': { files: 'HostName db\nHost db\nUser a\n', means: { user: '{user}', hostName: 'db' } },
    'wins at the top, also as Host *': { files: 'Host *\nUser a\nPort 1\nHost web1\nUser b\nPort 2\n', means: { user: 'a', port: 1 } },
    'comes after what stands before all blocks': { files: 'User a\nHost web1\nUser b\n', means: { user: 'a' } },
    'without patterns counts for no host': { files: 'Host # web1\nUser a\n', means: { user: '{user}' } },
    'has no empty pattern': { files: 'Host web1 ""', means: { at: '{home}/config:1:1', message: 'Host has an empty pattern' } },
    'adds to lists': {
      files: 'IdentityFile /a\nHost web*\nIdentityFile /b\nIdentityFile /a\nHost db\nIdentityFile /c\nHost *\nIdentityFile /d\n',
      means: { identityFile: ['/a', '/b', '/d'] },
    },
    'as in the manual': {
      files: 'Host *.co.uk\nUser uk\nHost 192.168.0.?\nUser lan\n',
      host: '192.168.0.7',
      means: { user: 'lan' },
    },
  });
});

describe('a Match block', () => {
  testCases({
    'counts for all hosts with all': { files: 'Match all\nUser a\n', means: { user: 'a' } },
    'counts for none with !all': { files: 'Match !all\nUser a\n', means: { user: '{user}' } },
    'has all after at most one other condition': {
      files: 'Match user x host y all\n',
      means: { at: '{home}/config:1:7', message: '"all" stands alone, or after one other condition' },
    },
    'has nothing after all': {
      files: 'Match all host x',
      means: { at: '{home}/config:1:7', message: '"all" stands alone, or after one other condition' },
    },
    'needs a condition': { files: 'Match # host x', means: { at: '{home}/config:1:7', message: 'Match names no condition' } },
    'needs what is compared': {
      files: 'Match user x host',
      means: { at: '{home}/config:1:7', message: 'Match host lacks what it is compared with' },
    },
    'has no conditions of later versions': {
      files: 'Match tagged x',
      means: { at: '{home}/config:1:7', message: 'Match tagged is not known to OpenSSH 9.2' },
    },
    'compares host with HostName, in any case': { files: 'HostName DB.%h\nMatch host db.web*\nUser a\n', means: { user: 'a' } },
    'compares originalhost with the name that was asked for': {
      files: 'HostName db\nMatch originalhost db\nUser a\nMatch originalhost web1\nUser b\n',
      means: { user: 'b' },
    },
    'compares originalhost in any case': { files: 'Match originalhost Web?\nUser a\n', host: 'WEB1', means: { user: 'a' } },
    'has nothing after an empty condition': {
      files: 'Match host web1 "" user x',
      means: { at: '{home}/config:1:7', message: 'Match has more after its conditions: user x' },
    },
    'compares user with what was said before it': {
      files: 'Match user deploy\nPort 1\nMatch all\nUser deploy\nMatch user deploy\nPort 2\n',
      means: { port: 2 },
    },
    'compares localuser with the user here': { files: 'User x\nMatch localuser {user}\nPort 2\n', means: { port: 2 } },
    'takes lists with commas and negations': {
      files: 'Match originalhost web*,!web1\nUser a\nMatch host !db,*\nUser b\n',
      means: { user: 'b' },
    },
    'never holds by negated patterns alone': { files: 'Match host !db\nUser a\n', means: { user: '{user}' } },
    'negates conditions': { files: 'Match !host db !user x\nUser a\n', means: { user: 'a' } },
    'holds when all conditions hold': {
      files: 'Match host web1 user nobody\nPort 1\nMatch host web1 user {user}\nPort 2\n',
      means: { port: 2 },
    },
    'may have = and quotes': { files: 'Match host="web1" user = {user}\nPort 2 \r\n', means: { port: 2 } },
    'ends a Host block': { files: 'Host db\nUser a\nMatch host web1\nUser b\nHost db\nPort 2\n', means: { user: 'b', port: 22 } },
    'runs a command by the shell': { files: 'Match exec "test %h = web1 && test $HOME"\nUser a\n', means: { user: 'a' } },
    'does not count when the command fails': { files: 'Match exec "exit 3"\nUser a\nMatch !exec false\nUser b\n', means: { user: 'b' } },
    'fills in tokens of commands': {
      files: 'User u\nPort 7\nMatch exec "test %n,%h,%p,%r,%u,%i = web1,web1,7,u,{user},{uid}"\nCompression yes\n',
      means: { compression: true },
    },
    'gives %k the host name where there is no alias': {
      files: 'HostName db\nMatch exec "test %k = db"\nUser a\nHostKeyAlias K\nMatch exec "test %k = K"\nPort 2\n',
      means: { user: 'a', port: 2, hostKeyAlias: 'k' },
    },
    'has no tokens that a command does not take': {
      files: 'Match host x exec "%T"',
      means: { at: '{home}/config:1:1', message: 'Match exec: %T is no token here' },
    },
  });
});

describe('a second pass', () => {
  testCases({
    'is made for Match final': { files: 'Match final\nUser a\nHost *\nUser b\nPort 2\n', means: { user: 'b', port: 2 } },
    'adds what was not said before': { files: 'Match final all\nUser a\nMatch all\nPort 2\n', means: { user: 'a', port: 2 } },
    'compares Host with HostName': {
      files: 'Host db\nUser a\nHost web1\nHostName DB\nMatch final\nPort 2\n',
      means: { user: 'a', port: 2 },
    },
    'compares Match host with what came out of all': {
      files: 'Match host db\nUser a\nMatch final host db\nPort 2\nMatch all\nHostName DB\n',
      means: { user: 'a', port: 2 },
    },
    'compares Match host with the one spelling of an address': {
      files: 'HostName 127.1\nMatch host 127.0.0.1\nUser a\nMatch final\nPort 2\n',
      means: { user: 'a', port: 2 },
    },
    'still compares originalhost with what was asked for': {
      files: 'HostName db\nMatch final originalhost web1\nUser a\n',
      means: { user: 'a' },
    },
    'is made for a Match final that does not hold': { files: 'Match final host nothing\nMatch canonical\nUser a\n', means: { user: 'a' } },
    'is not made for Match canonical': { files: 'Match canonical\nUser a\n', means: { user: '{user}' } },
    'is not what !final counts in': { files: 'Match !final\nUser a\nMatch final\nUser b\n', means: { user: 'a' } },
    'adds no file twice': {
      files: 'IdentityFile /a\nMatch final\nIdentityFile /b\nIdentityFile /a\n',
      means: { identityFile: ['/a', '/b'] },
    },
    'is made for CanonicalizeHostname': { files: 'CanonicalizeHostname yes\nMatch canonical\nUser a\n', means: { user: 'a' } },
    'says nothing more of what it is made for': {
      files: 'Match final\nCanonicalizeHostname always\nCanonicalizeMaxDots 0\nCanonicalizeFallbackLocal no\nUser a\n',
      means: { user: 'a', said: { User: '{home}/config:5:1' } },
    },
    'leaves a list as it is': {
      files: 'Match final\nUserKnownHostsFile /b\nMatch all\nUserKnownHostsFile /a\n',
      means: { userKnownHostsFile: ['/a'] },
    },
  });
});

import { describe } from 'vitest';
import { testCases } from './cases.ts';

describe('Include', () => {
  testCases({
    'reads a file of ~/.ssh': { files: { config: 'Include extra\n', '.ssh/extra': 'User a\n' }, means: { user: 'a' } },
    'takes ~, whole paths and several at once': {
      files: { config: 'Include ~/one {home}/two\n', one: 'User a\n', two: 'Port 2\n' },
      means: { user: 'a', port: 2 },
    },
    'takes patterns, in the order of the names': {
      files: { config: 'Include c/*.conf\n', '.ssh/c/b.conf': 'User b\n', '.ssh/c/a.conf': 'User a\n', '.ssh/c/B.conf': 'User B\n' },
      means: { user: 'B' },
    },
    'takes patterns of directories': {
      files: { config: 'Include */x?\n', '.ssh/b/x1': 'User b\n', '.ssh/a/x1': 'User a\n' },
      means: { user: 'a' },
    },
    'takes sets of characters': {
      files: { config: 'Include [!b-d][[:digit:]]\n', '.ssh/a1': 'User a\n', '.ssh/b1': 'User b\n', '.ssh/ax': 'User x\n' },
      means: { user: 'a' },
    },
    'takes what is escaped as it is': {
      files: { config: 'Include \\*\n', '.ssh/*': 'User a\n', '.ssh/+': 'User b\n' },
      means: { user: 'a' },
    },
    'passes over hidden files': {
      files: { config: 'Include *\nInclude .h*\n', '.ssh/.h': 'User h\nPort 1\n', '.ssh/a': 'Port 2\n' },
      means: { user: 'h', port: 2 },
    },
    'passes over what is not there, and over directories': {
      files: { config: 'Include nothing no*thing .\nUser a\n' },
      means: { user: 'a' },
    },
    'passes over the home of a user that there is not': { files: { config: 'Include ~nobody-here/x\nUser a\n' }, means: { user: 'a' } },
    'keeps its place: what was said before counts': {
      files: { config: 'User a\nInclude x\nPort 2\n', '.ssh/x': 'User b\nPort 1\n' },
      means: { user: 'a', port: 1 },
    },
    'within a block counts as the block does': {
      files: { config: 'Host db\nInclude x\nHost web1\nInclude y\n', '.ssh/x': 'User x\n', '.ssh/y': 'User y\n' },
      means: { user: 'y' },
    },
    'leaves the block as it was, whatever the file said of hosts': {
      files: {
        config: 'Host web1\nInclude x\nPort 2\nHost db\nInclude y\nPort 3\n',
        '.ssh/x': 'Host db\nUser x\n',
        '.ssh/y': 'Host web1\nUser y\n',
      },
      means: { user: '{user}', port: 2 },
    },
    'begins each file as the block does': {
      files: { config: 'Include x y\n', '.ssh/x': 'Host db\nUser x\n', '.ssh/y': 'Port 2\n' },
      means: { user: '{user}', port: 2 },
    },
    'where nothing counts lets no Host and no Match count': {
      files: {
        config: 'Host db\nInclude x\n',
        '.ssh/x': 'Host web1\nUser x\nMatch all\nUser y\nInclude z\n',
        '.ssh/z': 'Match host web1\nUser z\n',
      },
      means: { user: '{user}' },
    },
    'where nothing counts still asks for a second pass': {
      files: { config: 'Host db\nInclude x\nMatch canonical\nUser a\n', '.ssh/x': 'Match final\nUser x\n' },
      means: { user: 'a' },
    },
    'where nothing counts still finds faults': {
      files: { config: 'Host db\nInclude x\n', '.ssh/x': '\nPort x\n' },
      means: { at: '{home}/.ssh/x:2:6', message: 'Port: "x" is no port' },
    },
    'takes a file again and again, but not without an end': {
      files: { config: 'Include x\nInclude x\n', '.ssh/x': 'User a\nInclude x\n' },
      means: { at: '{home}/.ssh/x', message: 'files include each other more than 16 deep' },
    },
    'goes sixteen deep': {
      files: {
        config: 'Include 1\n',
        ...Object.fromEntries(Array.from({ length: 16 }, (_, n) => [`.ssh/${n + 1}`, n === 15 ? 'User a\n' : `Include ${n + 2}\n`])),
      },
      means: { user: 'a' },
    },
    'needs a path': { files: 'Include ""', means: { at: '{home}/config:1:1', message: 'bad include path: ""' } },
    'may have but a comment': { files: 'Include # x\nUser a', means: { user: 'a' } },
  });
});

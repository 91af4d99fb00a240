import fc from 'fast-check';
import type { SshSetting } from '../../../src/domain/transport.ts';

import { HOST_PATTERN, OTHERS, oneOf, PATTERN_LIST, quoted, VALUES } from './generated-values.ts';
import type { Files } from './machine.ts';

const CASE = oneOf('as it is', 'as it is', 'as it is', 'lower', 'UPPER');
const inCase = (keyword: string, how: string) =>
  how === 'lower' ? keyword.toLowerCase() : how === 'UPPER' ? keyword.toUpperCase() : keyword;
const INDENT = oneOf('', '  ', '\t', '', ' = ');
const SEPARATOR = oneOf(' ', ' ', ' ', '=', ' = ', '\t', '  ', '\t=\t', '= ');
const TAIL = oneOf('', '', '', '', ' ', '\t', '\r', ' \r', '\f', ' # a comment', ' #');

const SETTING = fc
  .constantFrom(...Object.keys(VALUES))
  .chain((keyword) => fc.tuple(fc.constant(keyword), VALUES[keyword] ?? fc.constant(''), CASE, INDENT, SEPARATOR, TAIL))
  .map(([keyword, value, how, indent, separator, tail]) => `${indent}${inCase(keyword, how)}${separator}${value}${tail}`);

const HOST = fc
  .tuple(CASE, SEPARATOR, fc.array(fc.tuple(oneOf('', '', '!'), quoted(HOST_PATTERN)), { minLength: 1, maxLength: 3 }), TAIL)
  .map(
    ([how, separator, patterns, tail]) =>
      `${inCase('Host', how)}${separator}${patterns.map(([not, pattern]) => not + pattern).join(' ')}${tail}`,
  );

const EXEC = oneOf(
  'true',
  'false',
  'test %h = web1',
  'test %n = web1',
  'test %r = root',
  'test %p = 22',
  'test -n %C',
  'test %k = db',
  'test %d = %u',
  'exit 3',
);
const CRITERION = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(oneOf('host', 'Host', 'originalhost', 'host'), quotedTwice(PATTERN_LIST)) },
  {
    weight: 3,
    arbitrary: fc.tuple(oneOf('user', 'localuser'), quotedTwice(oneOf('root', 'deploy', '*', '!root,*', 'ROOT', 'a*,d*', 'two*'))),
  },
  { weight: 2, arbitrary: fc.tuple(oneOf('final', 'canonical', 'FINAL'), fc.constant('')) },
  {
    weight: 1,
    arbitrary: fc.tuple(
      oneOf('exec'),
      EXEC.map((command) => `"${command}"`),
    ),
  },
);

/** Match knows double quotes alone. */
function quotedTwice(values: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(values, fc.boolean()).map(([value, isQuoted]) => (isQuoted ? `"${value}"` : value));
}

const MATCH = fc.oneof(
  {
    weight: 10,
    arbitrary: fc
      .tuple(fc.array(fc.tuple(oneOf('', '', '', '!'), CRITERION), { minLength: 1, maxLength: 3 }), TAIL)
      .map(([criteria, tail]) => `Match ${criteria.map(([not, [attribute, value]]) => `${not}${attribute} ${value}`).join(' ')}${tail}`),
  },
  {
    weight: 3,
    arbitrary: oneOf(
      'Match all',
      'Match final all',
      'match canonical all',
      'Match !all',
      'Match host=web1',
      'Match user root all',
      'Match all # x',
    ),
  },
  {
    weight: 1,
    arbitrary: oneOf('Match', 'Match host', 'Match all host web1', 'Match tagged x', 'Match # x', 'Match host "web1', 'Match exec %x'),
  },
);

const INCLUDES = [
  'extra',
  'conf.d/*.conf',
  '~/.ssh/extra',
  '{home}/.ssh/conf.d/a.conf',
  'conf.d/[ab].conf',
  'conf.d/?.conf extra',
  'nothing/*',
  'none',
  'conf.d',
  '"conf.d/b.conf"',
];
const includes = (from: readonly string[]) =>
  fc.tuple(oneOf('Include ', 'include=', '\tInclude\t'), oneOf(...from)).map(([keyword, path]) => keyword + path);
const NOTHING = oneOf('', '   ', '# comment', '\t# Host *', '\r', '==User x');

const lines = (include: fc.Arbitrary<string>, most: number) =>
  fc
    .array(
      fc.oneof(
        { weight: 24, arbitrary: SETTING },
        { weight: 7, arbitrary: HOST },
        { weight: 5, arbitrary: MATCH },
        { weight: 3, arbitrary: include },
        { weight: 3, arbitrary: OTHERS },
        { weight: 2, arbitrary: NOTHING },
      ),
      { maxLength: most },
    )
    .map((all) => all.map((line) => `${line}\n`).join(''));

/** A configuration that includes two levels of files; some are at fault. */
export const CONFIGURATION: fc.Arbitrary<Files> = fc.record({
  config: lines(includes(INCLUDES), 16),
  '.ssh/extra': lines(includes(['conf.d/*.conf', 'conf.d/a.conf']), 6),
  '.ssh/conf.d/a.conf': lines(NOTHING, 5),
  '.ssh/conf.d/b.conf': lines(NOTHING, 5),
  '.ssh/conf.d/.hidden.conf': fc.constant('User hidden\n'),
});

/** What is said on the command line, up to three times. */
export const COMMAND_LINE: fc.Arbitrary<readonly SshSetting[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: SETTING.map((option) => ({ option, at: 'command line' })) },
    {
      weight: 1,
      arbitrary: oneOf('Host x', 'Match all', 'Include x', 'IgnoreUnknown=use*', 'UseKeychain=yes', '# x', '').map((option) => ({
        option,
        at: 'command line',
      })),
    },
    {
      weight: 1,
      arbitrary: oneOf('bob', 'two words', '-x', 'a;b', 'x#y', 'a"b').map((value) => ({
        keyword: 'User' as const,
        value,
        at: 'command line',
      })),
    },
    { weight: 1, arbitrary: oneOf('22', '2022', 'ssh', '0').map((value) => ({ keyword: 'Port' as const, value, at: 'command line' })) },
    {
      weight: 1,
      arbitrary: oneOf('gw', 'a;b@gw', 'gw,[::1]:22', 'g$w').map((value) => ({ keyword: 'ProxyJump' as const, value, at: 'command line' })),
    },
  ),
  { maxLength: 3 },
);

const SOME_KEYWORD = oneOf(
  ...['Host', 'Match', 'User', 'Port', 'ProxyJump', 'ProxyJump', 'ProxyCommand', 'IdentityFile', 'UserKnownHostsFile', 'Ciphers', 'Match'],
  ...['AddKeysToAgent', 'IgnoreUnknown', 'SendEnv', 'ForwardAgent', 'CanonicalDomains', 'HostKeyAlgorithms', 'Include', 'HostName', 'Tag'],
  ...['ConnectTimeout', 'IdentityAgent', 'EscapeChar', 'SetEnv', 'ServerAliveCountMax', 'LogLevel'],
);
const PIECE = oneOf(
  ...[
    '"',
    "'",
    '\\',
    '=',
    ' ',
    ' ',
    ' ',
    '\t',
    '#',
    ',',
    '!',
    '*',
    '?',
    '@',
    ':',
    '[',
    ']',
    '%',
    '/',
    '.',
    '-',
    '+',
    '^',
    '\r',
    '\f',
    '\v',
    '$',
    '{',
    '}',
  ],
  ...[
    'web1',
    'db',
    'all',
    'host',
    'user',
    'originalhost',
    'final',
    'canonical',
    'root',
    'none',
    'yes',
    'no',
    '22',
    '0',
    '7s',
    '%h',
    '%%',
    'ssh://',
    '::1',
  ],
  ...[
    'aes128-ctr',
    'ssh-ed25519',
    'rsa-*',
    'extra',
    '~',
    'x',
    '',
    '\0',
    '\u00e9',
    'confirm',
    '1h',
    '10.1',
    '-1',
    '99999999999',
    'gw',
    'RSA',
    'a b',
  ],
);
const NOISE_LINE = fc
  .tuple(
    oneOf('', '', '', '', ' ', '"', '='),
    SOME_KEYWORD,
    oneOf(' ', ' ', ' ', '=', ' = ', '"', '\t'),
    fc.array(PIECE, { minLength: 1, maxLength: 7 }),
  )
  .map(([start, keyword, separator, pieces]) => `${start}${keyword}${separator}${pieces.join('')}`);

/** Lines that may be anything, most of them at fault. */
export const NOISE: fc.Arbitrary<Files> = fc.record({
  config: fc.array(NOISE_LINE, { minLength: 1, maxLength: 2 }).map((lines) => lines.join('\n')),
  '.ssh/extra': fc.constant('Port 7\n'),
});

import { describe, expect, it } from 'vitest';
import { planArguments } from '../../src/formats/argument-plan.ts';
import { judgeFlags } from '../../src/formats/flag-verdict.ts';
import { globMatches } from '../../src/formats/glob-match.ts';
import { type PflagAnswer, readPflagAnswer } from '../../src/formats/pflag-answer.ts';
import { changedWords } from '../../src/formats/word-edit.ts';

describe('a change of arguments', () => {
  it.each([
    ['removes a flag with its value', '--a --x=1 --b', { remove: ['--x'] }, '--a --b'],
    ['removes a flag with its value word', '--a --x 1 --b', { remove: ['--x'] }, '--a --b'],
    ['removes no second word', '--x 1 2', { remove: ['--x'] }, '2'],
    ['removes no next flag', '--x -b', { remove: ['--x'] }, '-b'],
    ['takes a lone dash for a value', '--x - --b', { remove: ['--x'] }, '--b'],
    ['knows a flag by its whole name', '--xy=1 -x --x', { remove: ['--x'] }, '--xy=1 -x'],
    ['stops at --', '--x -- --x', { remove: ['--x'] }, '-- --x'],
    ['removes shorthands', '-v=2 -v 3 --v', { remove: ['-v'] }, '--v'],
    ['keeps the last of several', '--x=1 --a --x=2', { set: { '--x': '3' } }, '--a --x=3'],
    ['removes and sets', '--x=1 --y', { remove: ['--x'], set: { '--z': '' } }, '--y --z'],
    ['removes what it would set, and adds it', '--x=1 --y', { remove: ['--x'], set: { '--x': '2' } }, '--y --x=2'],
    ['drops a value word', '--x 1 --y', { set: { '--x': '' } }, '--x --y'],
    ['gives a value to a flag without one', '--x --y', { set: { '--x': '1' } }, '--x=1 --y'],
  ])('%s', (_what, before, change, after) => {
    const words = before.split(' ');
    const plan = planArguments(words, { remove: [], set: {}, ...change });
    expect(plan && changedWords(words, plan.change).join(' ')).toBe(after);
  });
});

describe('what a pflag program says of an argument', () => {
  it.each<[string, string, number, string, PflagAnswer['kind'], string]>([
    [
      'kubelet v1.20',
      '--improve-speed',
      255,
      'F1122 08:04:20.329994     352 server.go:156] unknown flag: --improve-speed\ngoroutine 1 [running]:',
      'unknown',
      'unknown flag: --improve-speed',
    ],
    [
      'a newer kubelet',
      '--improve-speed=1',
      1,
      'E0101 run.go:74] "command failed" err="failed to parse kubelet flag: unknown flag: --improve-speed"',
      'unknown',
      'unknown flag: --improve-speed',
    ],
    ['a shorthand', '-z=1', 1, "unknown shorthand flag: 'z' in -z=1", 'unknown', "unknown shorthand flag: 'z' in -z=1"],
    ['bad syntax', '---x', 1, 'bad flag syntax: ---x', 'unknown', 'bad flag syntax: ---x'],
    [
      'a missing value',
      '--node-ip',
      255,
      'F1122 server.go:156] flag needs an argument: --node-ip\n',
      'needs-value',
      'flag needs an argument: --node-ip',
    ],
    ['a missing value of a shorthand', '-v', 1, "flag needs an argument: 'v' in -v", 'needs-value', "flag needs an argument: 'v' in -v"],
    [
      'a bad value',
      '--max-pods=abc',
      255,
      'invalid argument "abc" for "--max-pods" flag: strconv.ParseInt: parsing "abc": invalid syntax\n',
      'invalid',
      'invalid argument "abc" for "--max-pods" flag: strconv.ParseInt: parsing "abc": invalid syntax',
    ],
    [
      'a bad value in a structured log',
      '--max-pods=abc',
      1,
      'err="failed to parse kubelet flag: invalid argument \\"abc\\" for \\"--max-pods\\" flag: bad"',
      'invalid',
      'invalid argument "abc" for "--max-pods" flag: bad',
    ],
    [
      'a bad value of a flag with a shorthand',
      '--v=x',
      1,
      'invalid argument "x" for "-v, --v" flag: bad',
      'invalid',
      'invalid argument "x" for "-v, --v" flag: bad',
    ],
    ['success', '--v=2', 0, 'Flag --v has been deprecated\nunknown flag: --v', 'known', ''],
    ['a word about another flag', '--a', 1, 'unknown flag: --b', 'undecided', ''],
    ['a longer name', '--feature', 1, 'unknown flag: --feature-gates', 'undecided', ''],
    ['a stray word', '--a', 1, 'unknown command: extra', 'undecided', ''],
    ['another failure', '--a', 2, 'panic', 'undecided', ''],
  ])('%s', (_what, argument, code, output, kind, message) => {
    const answer = readPflagAnswer(argument, code, output);
    expect([answer.kind, 'message' in answer ? answer.message : '']).toEqual([kind, message]);
  });
});

describe('which words are values', () => {
  const answers: Readonly<Record<string, PflagAnswer>> = {
    '--takes': { kind: 'needs-value', message: '' },
    '--bool': { kind: 'known' },
    '--bad': { kind: 'unknown', message: '' },
  };

  it.each([
    ['--takes a --bool b --bad c d', ['--takes a', '--bool', '--bad c']],
    ['--takes --bad --bool', ['--takes --bad', '--bool']],
    ['--bad --bool', ['--bad', '--bool']],
    ['--bool -- --bad', ['--bool']],
    ['word - --takes', ['--takes']],
  ])('of %s', (line, flags) => {
    const verdicts = judgeFlags(line.split(' '), (flag) => answers[flag]);
    expect(verdicts.map(({ name, value }) => (value === undefined ? name : `${name} ${value}`))).toEqual(flags);
  });
});

describe('a pattern of file names', () => {
  it.each([
    ['*.env', ['a.env', 'b.env']],
    ['?.txt', ['c.txt']],
    ['[!a].env', ['b.env']],
    ['[a-b].*', ['a.env', 'b.env']],
    ['.*', ['.d.env']],
    ['a.en?', ['a.env']],
    ['a+', []],
  ])('%s', (pattern, names) => {
    expect(globMatches(pattern, ['b.env', 'a.env', 'c.txt', '.d.env'])).toEqual(names);
  });
});

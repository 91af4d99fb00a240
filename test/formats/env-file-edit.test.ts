import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planArguments } from '../../src/formats/argument-plan.ts';
import { parseEnvFile, winningAssignment } from '../../src/formats/env-file.ts';
import { editVariableWords, setVariable, splitValue, unsetVariable } from '../../src/formats/env-file-edit.ts';
import type { WordAction, WordChange } from '../../src/formats/word-edit.ts';

describe('removing a flag from a variable', () => {
  it.each([
    ['the last of several', 'A="--x=1 --bad"\n', 'A="--x=1"\n'],
    ['the first', 'A="--bad --x=1"\n', 'A="--x=1"\n'],
    ['one in the middle', "A='--x   --bad\t--y'\n", "A='--x\t--y'\n"],
    ['the only one', 'A="--bad"\n', 'A=""\n'],
    ['the only one, without quotes', '# c\nA=--bad\nB=2\n', '# c\nA=\nB=2\n'],
    ['with its value', 'A="--bad=1 --x"\n', 'A="--x"\n'],
    ['with its value in a word of its own', 'A="--bad 1 --x"\n', 'A="--x"\n'],
    ['with a quoted value', `A="--x --bad='a b' --y"\n`, 'A="--x --y"\n'],
    ['with a value that has an equals sign', 'A=--bad=k=v,l=w --x\n', 'A=--x\n'],
    ['not the flag that follows it', 'A="--bad --x"\n', 'A="--x"\n'],
    ['each time it is there', 'A="--bad --x --bad=2"\n', 'A="--x"\n'],
    ['from the assignment that counts', 'A="--bad"\nA="--x --bad"\n', 'A="--bad"\nA="--x"\n'],
    ['on a line of its own', 'A="--x \\\n  --bad \\\n  --y"\n', 'A="--x \\\n  --y"\n'],
    ['on the last line', 'A=--x \\\n  --bad\n', 'A=--x\n'],
    ['over pieces in quotes, which stay', `A='--x '"--bad"\n`, `A='--x '""\n`],
    ['with CRLF', 'A="--x --bad"\r\nB=1\r\n', 'A="--x"\r\nB=1\r\n'],
    ['without a final newline', 'A=--x --bad', 'A=--x'],
    ['and keeps quotes from waking up', 'A=--bad "--y z"\n', 'A="\\"--y z\\""\n'],
  ])('%s', (_what, before, after) => {
    const args = splitValue(winning(before, 'A'));
    const plan = planArguments(args, { remove: ['--bad'], set: {} });
    expect(plan && editVariableWords(before, 'A', plan.change)).toBe(after);
  });
});

describe('setting a flag in a variable', () => {
  it.each([
    ['in place of another value', 'A="--v=2 --x"\n', { '--v': '4' }, 'A="--v=4 --x"\n'],
    ['in place of a value word', "A='--v 2 --x'\n", { '--v': '4' }, "A='--v 4 --x'\n"],
    ['at the end', 'A="--x"\n', { '--v': '4' }, 'A="--x --v=4"\n'],
    ['in an empty value', 'A=""\n', { '--v': '4' }, 'A="--v=4"\n'],
    ['in an empty value without quotes', 'A=\n', { '--v': '4' }, 'A=--v=4\n'],
    ['several times there: the last place stays', 'A="--v=1 --x --v=2"\n', { '--v': '4' }, 'A="--x --v=4"\n'],
    ['without a value', 'A="--x=1 --y"\n', { '--x': '' }, 'A="--x --y"\n'],
    ['with blanks and quotes in it', 'A="--x"\n', { '--l': 'a "b" $c' }, 'A="--x \\"--l=a \\\\\\"b\\\\\\" \\$c\\""\n'],
    ['that has the value already', 'A="--v=4"\n', { '--v': '4' }, 'A="--v=4"\n'],
    ['in single quotes that cannot hold it', "A='--x'\n", { '--l': "it's" }, 'A="--x \\"--l=it\'s\\""\n'],
  ])('%s', (_what, before, set, after) => {
    const plan = planArguments(splitValue(winning(before, 'A')), { remove: [], set });
    expect(plan && editVariableWords(before, 'A', plan.change)).toBe(after);
  });
});

describe('setting a variable', () => {
  it.each([
    ['in its double quotes', 'A="1" \nB=2\n', '3 4', 'A="3 4"\nB=2\n'],
    ['in its single quotes', "A='1'\n", '3 4', "A='3 4'\n"],
    ['without quotes', 'A=1\n', '3', 'A=3\n'],
    ['with quotes where they are needed', 'A=1\n', '3 "4"', 'A="3 \\"4\\""\n'],
    ['that has the value already', 'A = 1\n', '1', 'A = 1\n'],
    ['that is not there', '# c\n', '1', '# c\nA="1"\n'],
    ['that is not there, without a final newline', 'B=1', '1', 'B=1\nA="1"'],
    ['that is not there, with CRLF', 'B=1\r\n', '1', 'B=1\r\nA="1"\r\n'],
    ['in an empty file', '', '1', 'A="1"\n'],
    ['where only the last one counts', 'A=1\nA=2\n', '3', 'A=1\nA=3\n'],
  ])('%s', (_what, before, value, after) => {
    expect(setVariable(before, 'A', value)).toBe(after);
  });

  it.each([
    ['a quote before it is never closed', 'B="1\n'],
    ['the file is refused by systemd', 'B=\xff\n'],
  ])('is given up when %s', (_what, text) => {
    expect(setVariable(text, 'A', '1')).toBeUndefined();
  });
});

describe('unsetting a variable', () => {
  it.each([
    ['takes all its lines', 'A=1\nB=2\n  A="3 \\\n 4"\n# c\n', 'B=2\n# c\n'],
    ['takes CRLF with it', 'A=1\r\nB=2\r\n', 'B=2\r\n'],
    ['leaves a file without it alone', 'B=1', 'B=1'],
  ])('%s', (_what, before, after) => {
    expect(unsetVariable(before, 'A')).toBe(after);
  });
});

const word = fc.stringMatching(/^[-a-z=.é"'\\ $#;]{1,6}$/).map((text) => Buffer.from(text, 'utf8').toString('latin1'));
const line = fc.oneof(
  fc.stringMatching(/^[A-C] ?= ?["']?[-a-z= "'\\$#]{0,14}["']?$/),
  fc.stringMatching(/^[#;] [a-z= "']{0,8}$/),
  fc.constantFrom('', '  ', 'no equals', 'A="--x \\\n  --y"', "B='--x\n--y'", 'A=--x\\ --y\\\n--z'),
);
const file = fc.tuple(fc.array(line, { minLength: 1, maxLength: 6 }), fc.constantFrom('\n', '\r\n'), fc.boolean());
const fileText = file.map(([lines, newline, final]) => lines.join(newline) + (final ? newline : ''));

describe('any edit of a variable, in any file', () => {
  it('gives exactly the words that were meant, or is refused, and touches nothing outside of the value', () => {
    fc.assert(
      fc.property(fileText, fc.array(fc.boolean()), fc.array(word, { maxLength: 2 }), (text, removed, append) => {
        const before = parseEnvFile(text);
        const target = winningAssignment(before, 'A');
        if (target === undefined) return;
        const words = splitValue(target);
        const actions = words.map((_, index): WordAction => (removed[index] === true ? { kind: 'remove' } : { kind: 'keep' }));
        const change: WordChange = { actions, append };
        const after = editVariableWords(text, 'A', change);
        if (after === undefined) return;
        const parsed = parseEnvFile(after);
        expect(splitValue(winning(after, 'A'))).toEqual([...words.filter((_, index) => removed[index] !== true), ...append]);
        expect(others(parsed.assignments, 'A')).toEqual(others(before.assignments, 'A'));
        expect(after.startsWith(text.slice(0, target.valueFrom))).toBe(true);
        expect(after.endsWith(text.slice(target.valueTo))).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  it('is possible for every removal from a value in one pair of quotes, and only deletes', () => {
    const plain = fc.stringMatching(/^--[a-z]{1,4}(=[a-z0-9.,=]{0,5})?$/);
    fc.assert(
      fc.property(
        fc.array(plain, { minLength: 1, maxLength: 6 }),
        fc.nat(5),
        fc.constantFrom(' ', '  ', '\t', ' \\\n'),
        (words, at, gap) => {
          const index = at % words.length;
          const text = `# c\nA="${words.join(gap)}"\nB=1`;
          const actions = words.map((_, i): WordAction => ({ kind: i === index ? 'remove' : 'keep' }));
          const after = editVariableWords(text, 'A', { actions, append: [] }) ?? '';
          expect(splitValue(winning(after, 'A'))).toEqual(words.filter((_, i) => i !== index));
          expect(isSubsequence(after, text)).toBe(true);
          expect(after.length).toBeLessThan(text.length);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('sets any value so that systemd reads it back, or gives up', () => {
    fc.assert(
      fc.property(fileText, word, (text, value) => {
        const after = setVariable(text, 'A', value);
        if (after !== undefined) expect(winning(after, 'A').value.text).toBe(value);
      }),
      { numRuns: 2_000 },
    );
  });
});

function winning(text: string, name: string): NonNullable<ReturnType<typeof winningAssignment>> {
  const found = winningAssignment(parseEnvFile(text), name);
  if (found === undefined) throw new Error(`${name} is not in ${JSON.stringify(text)}`);
  return found;
}

function others(assignments: ReturnType<typeof parseEnvFile>['assignments'], but: string): readonly (readonly [string, string])[] {
  return assignments.filter(({ name }) => name !== but).map(({ name, value }) => [name, value.text]);
}

function isSubsequence(part: string, whole: string): boolean {
  let at = 0;
  for (const character of whole) if (character === part[at]) at += 1;
  return at === part.length;
}

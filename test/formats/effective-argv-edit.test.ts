import { describe, expect, it } from 'vitest';
import type { UnitSnapshot } from '../../src/formats/argument-carry-out.ts';
import type { ArgumentChange } from '../../src/formats/argument-plan.ts';
import { type Editable, editArguments } from '../../src/formats/effective-argv-edit.ts';

const editable: Editable = {
  unitFile: (path) => path.startsWith('/etc/'),
  environmentFile: (path) => !path.startsWith('/run/'),
};

/** Path to text; the one that ends in `.service` is the fragment, those in `.conf` are drop-ins, `undefined` is a file that is missing. */
type Files = Readonly<Record<string, string | undefined>>;

function snapshotOf(files: Files): UnitSnapshot {
  const texts = Object.entries(files).map(([path, text]) => ({ path, text }));
  const unitTexts = texts.flatMap(({ path, text }) => (text === undefined ? [] : [{ path, text }]));
  const fragment = unitTexts.find(({ path }) => path.endsWith('.service'));
  const environment = texts.filter(({ path }) => !/\.(service|conf)$/.test(path)).map((file) => ({ ...file, optional: true }));
  const dropIns = unitTexts.filter(({ path }) => path.endsWith('.conf'));
  return { context: { unit: 'x.service', hostname: 'h' }, texts: { ...(fragment ? { fragment } : {}), dropIns }, environment };
}

function edit(files: Files, change: Partial<ArgumentChange>): unknown {
  const result = editArguments(snapshotOf(files), { remove: [], set: {}, ...change }, editable);
  return result.ok ? Object.fromEntries(result.files.map(({ path, text, says }) => [path, [text, ...says]])) : result.why;
}

const ETC = '/etc/systemd/system/x.service';
const LIB = '/lib/systemd/system/x.service';
const OWN = '/etc/systemd/system/x.service.d/50-runbook.conf';
const bad = { remove: ['--bad'] };

describe('a flag is removed where it is defined', () => {
  it.each([
    ['in ExecStart', 'ExecStart=/x --a --bad --b', 'ExecStart=/x --a --b', 'ExecStart'],
    ['on a line of its own', 'ExecStart=/x \\\n  --a \\\n  --bad \\\n  --b', 'ExecStart=/x \\\n  --a \\\n  --b', 'ExecStart'],
    ['after a comment', 'ExecStart=/x \\\n# why\n  --bad \\\n  --b', 'ExecStart=/x \\\n# why\n  --b', 'ExecStart'],
    ['on the last line after a comment', 'ExecStart=/x \\\n# why\n  --bad\nNice=0', 'ExecStart=/x \\\n# why\n  \nNice=0', 'ExecStart'],
    ['in quotes', `ExecStart=/x "--bad" '--b'`, `ExecStart=/x '--b'`, 'ExecStart'],
    ['in Environment', 'Environment="A=--a --bad"\nExecStart=/x $A', 'Environment="A=--a"\nExecStart=/x $A', 'A'],
    ['alone in Environment', 'Environment=A=--bad B=1\nExecStart=/x $A', 'Environment=A= B=1\nExecStart=/x $A', 'A'],
    ['in Environment with specifiers', 'Environment="A=--h=%H --bad"\nExecStart=/x $A', 'Environment="A=--h=%H"\nExecStart=/x $A', 'A'],
    [
      'that is a whole variable in braces',
      'Environment=A=--bad\nExecStart=/x ${A} --b',
      'Environment=A=--bad\nExecStart=/x --b',
      'ExecStart',
    ],
    ['that has a variable as its value', 'ExecStart=/x --bad${A} --b', 'ExecStart=/x --b', 'ExecStart'],
    ['in one of several commands', 'Type=oneshot\nExecStart=/x --bad ; /y --b', 'Type=oneshot\nExecStart=/x ; /y --b', 'ExecStart'],
    ['with CRLF', 'ExecStart=/x --a --bad\r\nNice=0\r', 'ExecStart=/x --a\r\nNice=0\r', 'ExecStart'],
  ])('%s', (_what, before, after, place) => {
    expect(edit({ [ETC]: `[Service]\n${before}\n` }, bad)).toEqual({ [ETC]: [`[Service]\n${after}\n`, `- --bad in ${place}`] });
  });

  it('with its value, wherever that stands', () => {
    const unit = '[Service]\nEnvironmentFile=-/e\nExecStart=/x $A $B\n';
    expect(edit({ [ETC]: unit, '/e': 'A="--a --bad"\nB="1 --b"\n' }, bad)).toEqual({
      '/e': ['A="--a"\nB="--b"\n', '- --bad 1 in A', "- a flag's value in B"],
    });
  });

  it('in all places at once, one text a file', () => {
    const unit = '[Service]\nEnvironmentFile=-/e\nEnvironment="C=--bad"\nExecStart=/x --bad $A $B $C\n';
    const env = '# --bad\nA="--bad --a"\nB=--b --bad\nC=--c\n';
    expect(edit({ [ETC]: unit, '/e': env }, { remove: ['--bad', '--c'] })).toEqual({
      [ETC]: ['[Service]\nEnvironmentFile=-/e\nEnvironment="C=--bad"\nExecStart=/x $A $B $C\n', '- --bad in ExecStart'],
      '/e': ['# --bad\nA="--a"\nB=--b\nC=\n', '- --bad in A', '- --bad in B', '- --c in C'],
    });
  });

  it('in the file that wins, not in those that it overrides', () => {
    const unit = '[Service]\nEnvironment=A=--bad\nEnvironmentFile=/e\nEnvironmentFile=/f\nExecStart=/x $A\n';
    expect(edit({ [ETC]: unit, '/e': 'A=--bad\n', '/f': 'A=--bad --a\n' }, bad)).toEqual({ '/f': ['A=--a\n', '- --bad in A'] });
  });

  it('and nothing is written where it is not', () => {
    expect(edit({ [ETC]: '[Service]\nExecStart=/x --badly --a=--bad -- --bad\n' }, bad)).toEqual({});
  });
});

describe('a unit file of a package is overridden by a drop-in', () => {
  const restated = `+ ExecStart, set anew here in place of the one in ${LIB}`;

  it('that resets ExecStart', () => {
    expect(edit({ [LIB]: '[Service]\nExecStart=/x --a \\\n  "--b c" --h=%H --bad\n' }, bad)).toEqual({
      [OWN]: ['[Service]\nExecStart=\nExecStart=/x --a "--b c" --h=%H\n', restated, '- --bad in ExecStart'],
    });
  });

  it('that says all commands again', () => {
    expect(edit({ [LIB]: '[Service]\nType=oneshot\nExecStart=-/x --bad ; @/y y\nExecStart=/z\n' }, bad)).toEqual({
      [OWN]: ['[Service]\nExecStart=\nExecStart=-/x\nExecStart=@/y y\nExecStart=/z\n', restated, '- --bad in ExecStart'],
    });
  });

  it('that sets a variable again', () => {
    expect(edit({ [LIB]: '[Service]\nEnvironment=B=1 "A=--a --bad"\nExecStart=/x $A\n' }, bad)).toEqual({
      [OWN]: ['[Service]\nEnvironment="A=--a"\n', `+ A, set anew here in place of the one in ${LIB}`, '- --bad in A'],
    });
  });

  it('that is there already, and is extended', () => {
    expect(edit({ [LIB]: '[Service]\nExecStart=/x --bad\n', [OWN]: '[Service]\nNice=1' }, bad)).toEqual({
      [OWN]: ['[Service]\nNice=1\nExecStart=\nExecStart=/x\n', restated, '- --bad in ExecStart'],
    });
  });

  it('that is there already, and says it itself', () => {
    expect(edit({ [LIB]: '[Service]\nExecStart=/x\n', [OWN]: '[Service]\nExecStart=\nExecStart=/x --bad\n' }, bad)).toEqual({
      [OWN]: ['[Service]\nExecStart=\nExecStart=/x\n', '- --bad in ExecStart'],
    });
  });

  it('whose name sorts after all present ones', () => {
    const files = { [LIB]: '[Service]\nExecStart=/x --bad\n', '/run/systemd/system/x.service.d/90-a.conf': '[Service]\nNice=1\n' };
    expect(Object.keys(edit(files, bad) as object)).toEqual(['/etc/systemd/system/x.service.d/99-runbook.conf']);
  });

  it('unless no name would be the last', () => {
    const files = { [LIB]: '[Service]\nExecStart=/x --bad\n', '/run/systemd/system/x.service.d/zzzzz.conf': '[Service]\n' };
    expect(edit(files, bad)).toBe('a present drop-in sorts after every name that a new one may have');
  });
});

describe('a flag is set', () => {
  const v = { set: { '--v': '4' } };

  it.each([
    ['where it is', 'ExecStart=/x --v=2 --b', 'ExecStart=/x --v=4 --b', '~ --v=4 (was --v=2) in ExecStart'],
    ['in its value word', 'ExecStart=/x --v 2', 'ExecStart=/x --v 4', '~ --v=4 (was --v 2) in ExecStart'],
    ['at the end of the command line', 'ExecStart=/x --a', 'ExecStart=/x --a --v=4', '+ --v=4 in ExecStart'],
    [
      'in the variable that ends the command line',
      'Environment="A=--a"\nExecStart=/x $A',
      'Environment="A=--a --v=4"\nExecStart=/x $A',
      '+ --v=4 in A',
    ],
    [
      'with quotes where there were none',
      'Environment=A=--a\nExecStart=/x $A',
      'Environment="A=--a --v=4"\nExecStart=/x $A',
      '+ --v=4 in A',
    ],
    [
      'beside a variable that others read too',
      'Environment=A=--a\nExecStart=/x --b=${A} $A',
      'Environment=A=--a\nExecStart=/x --b=${A} $A --v=4',
      '+ --v=4 in ExecStart',
    ],
    ['beside a variable that only systemd knows', 'ExecStart=/x $PATH', 'ExecStart=/x $PATH --v=4', '+ --v=4 in ExecStart'],
  ])('%s', (_what, before, after, says) => {
    expect(edit({ [ETC]: `[Service]\n${before}\n` }, v)).toEqual({ [ETC]: [`[Service]\n${after}\n`, says] });
  });

  it('to text that has a meaning of its own in a unit', () => {
    const text = `[Service]\nExecStart=/x "--l=a b $$c %%d \\"e\\" \\\\"\n`;
    expect(edit({ [ETC]: '[Service]\nExecStart=/x\n' }, { set: { '--l': 'a b $c %d "e" \\' } })).toEqual({
      [ETC]: [text, '+ --l=a b $c %d "e" \\ in ExecStart'],
    });
  });

  it('in the last environment file, when nothing sets the variable that ends the command line', () => {
    const unit = '[Service]\nEnvironmentFile=-/e\nEnvironmentFile=-/f\nExecStart=/x $E $F\n';
    expect(edit({ [ETC]: unit, '/e': 'E=1\n', '/f': undefined }, v)).toEqual({ '/f': ['F="--v=4"\n', '+ --v=4 in F'] });
  });
});

describe('what cannot be told apart safely is refused', () => {
  it.each([
    [
      'a file that is written anew at boot',
      { [ETC]: '[Service]\nEnvironmentFile=/run/e\nExecStart=/x $A\n', '/run/e': 'A=--bad\n' },
      bad,
      /^\/run\/e is not ours/,
    ],
    ['an end of flags', { [ETC]: '[Service]\nExecStart=/x -- a\n' }, { set: { '--v': '4' } }, /end in a --/],
    [
      'several commands without the flag',
      { [ETC]: '[Service]\nType=oneshot\nExecStart=/x\nExecStart=/y\n' },
      { set: { '--v': '4' } },
      /more than one ExecStart/,
    ],
    [
      'one variable in two roles',
      { [ETC]: '[Service]\nEnvironment=A=--v=1\nExecStart=/x $A $A\n' },
      { set: { '--v': '4' } },
      /in two ways at once/,
    ],
    [
      'a variable that others read too',
      { [ETC]: '[Service]\nEnvironment=A=--bad\nExecStart=/x $A --a=${A}\n' },
      bad,
      /would not give the arguments/,
    ],
  ])('%s', (_what, files, change, why) => {
    expect(edit(files, change)).toMatch(why);
  });
});

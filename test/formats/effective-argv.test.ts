import { describe, expect, it } from 'vitest';
import { bytesToText, utf8Text } from '../../src/domain/file.ts';
import { type EnvironmentText, effectiveUnit } from '../../src/formats/effective-argv.ts';
import { globMatches } from '../../src/formats/glob-match.ts';
import { defineUnit } from '../../src/formats/unit-definition.ts';
import { inDropInOrder } from '../../src/formats/unit-drop-in.ts';
import type { EnvironmentFileName } from '../../src/formats/unit-environment.ts';
import type { ArgvUnit } from '../systemd/argv-unit.ts';
import { argvUnits } from '../systemd/argv-units.ts';

describe('the argv of a unit is the one that systemd gives its program', () => {
  it.each(argvUnits.map((unit): [string, string, ArgvUnit] => [unit.name, unit.title, unit]))('%s: %s', (_name, _title, unit) => {
    expect(argvOf(unit)).toEqual(unit.argv);
  });
});

describe('each argument knows where it comes from', () => {
  it('names the file, the line that the word stands on, and the variable', () => {
    const text = '[Service]\nEnvironmentFile=/e\nExecStart=/bin/x \\\n# no\n  --a \\\n  $ARGS ${ONE} --b=${ONE}\n';
    const definition = defineUnit({ fragment: { path: '/u', text }, dropIns: [] }, { unit: 'x.service' });
    const env = '# c\nONE=1\nARGS="--c \\\n--d"\n';
    const [command] = effectiveUnit(definition, [{ path: '/e', optional: false, text: env }]).commands;
    expect(command?.argv.map(({ text: arg, file, line, variable }) => [arg, file, line, variable])).toEqual([
      ['/bin/x', '/u', 3, ''],
      ['--a', '/u', 5, ''],
      ['--c', '/e', 3, 'ARGS'],
      ['--d', '/e', 4, 'ARGS'],
      ['1', '/e', 2, 'ONE'],
      ['--b=1', '/u', 6, ''],
    ]);
  });

  it('keeps what cannot be known as it is written, and says so', () => {
    const text = '[Service]\nPassEnvironment=FOO\nExecStart=/bin/x $PATH ${FOO} %a $HOME\n';
    const definition = defineUnit({ fragment: { path: '/u', text }, dropIns: [] }, { unit: 'x.service' });
    const [command] = effectiveUnit(definition, []).commands;
    expect(command?.argv.map((arg) => [arg.text, arg.uncertain])).toEqual([
      ['/bin/x', false],
      ['$PATH', true],
      ['${FOO}', true],
      ['%a', true],
    ]);
  });

  it.each([
    ['a fragment with a refused line', '[Service]\nExecStart=/bin/x "a\n', 'systemd does not load /u: a quote is not closed'],
    [
      'several commands',
      '[Service]\nExecStart=/bin/x\nExecStart=/bin/y\n',
      'there is more than one ExecStart=, which only Type=oneshot may have',
    ],
    [
      'a missing file',
      '[Service]\nEnvironmentFile=/none\nExecStart=/bin/x\n',
      '/none does not exist, and systemd does not start the unit without it',
    ],
  ])('says what is wrong with %s', (_what, text, problem) => {
    const definition = defineUnit({ fragment: { path: '/u', text }, dropIns: [] }, { unit: 'x.service' });
    const files = definition.environmentFiles.map(({ path, optional }) => ({ path, optional, text: undefined }));
    expect(effectiveUnit(definition, files).problems).toEqual([problem]);
  });
});

function argvOf(unit: ArgvUnit): readonly string[] {
  const path = `/etc/systemd/system/${unit.name}`;
  const dropIns = inDropInOrder(unit.dropIns.map(({ name, text }) => ({ path: `${path}.d/${name}`, text: utf8Text(text) })));
  const texts = { fragment: { path, text: utf8Text(unit.unit) }, dropIns };
  const definition = defineUnit(texts, { unit: unit.name, hostname: 'host', fragment: path });
  const files = definition.environmentFiles.flatMap((name) => environmentTexts(unit, name));
  const [command] = effectiveUnit(definition, files).commands;
  return (command?.argv ?? []).map(({ text }) => Buffer.from(text, 'latin1').toString('utf8'));
}

function environmentTexts(unit: ArgvUnit, name: EnvironmentFileName): readonly EnvironmentText[] {
  const slash = name.path.lastIndexOf('/');
  const all = unit.envFiles.filter(({ path }) => path.startsWith(name.path.slice(0, slash + 1))).map(({ path }) => path.slice(slash + 1));
  const names = name.isPattern ? globMatches(name.path.slice(slash + 1), all) : [name.path.slice(slash + 1)];
  return names.map((file) => {
    const path = name.path.slice(0, slash + 1) + file;
    const found = unit.envFiles.find((one) => one.path === path)?.text;
    return {
      path,
      optional: name.optional,
      text: found === undefined ? undefined : bytesToText(new Uint8Array(Buffer.from(found, 'utf8'))),
    };
  });
}

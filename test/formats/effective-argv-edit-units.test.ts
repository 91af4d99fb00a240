import { describe, expect, it } from 'vitest';
import { utf8Text } from '../../src/domain/file.ts';
import type { UnitSnapshot } from '../../src/formats/argument-carry-out.ts';
import { effectiveUnit } from '../../src/formats/effective-argv.ts';
import { type Editable, editArguments } from '../../src/formats/effective-argv-edit.ts';
import { defineUnit } from '../../src/formats/unit-definition.ts';
import { inDropInOrder } from '../../src/formats/unit-drop-in.ts';
import type { ArgvUnit } from '../systemd/argv-unit.ts';
import { argvUnits } from '../systemd/argv-units.ts';

// One more argument in the place where a unit of the table has its own: whatever the syntax around it, it must go again and leave all others.
const MARK = '--no-such-flag';

describe('in every unit that systemd was asked about', () => {
  const all: Editable = { unitFile: () => true, environmentFile: () => true };
  const none: Editable = { unitFile: (path) => path.endsWith('-runbook.conf'), environmentFile: () => true };

  it.each([
    ['edited where they are', all],
    ['overridden by a drop-in', none],
  ])('a flag is added and removed again, files %s, and all other arguments stay', (_how, editable) => {
    for (const unit of argvUnits) {
      const start = snapshotOf(unit);
      const withMark = [...argvOf(start), MARK];
      const added = apply(start, { set: { [MARK]: '' } }, editable);
      expect(argvOf(added), unit.title).toEqual(withMark);
      const removed = apply(added, { remove: [MARK] }, editable);
      expect(argvOf(removed), unit.title).toEqual(argvOf(start));
    }
  });
});

function apply(snapshot: UnitSnapshot, change: { remove?: string[]; set?: Record<string, string> }, editable: Editable): UnitSnapshot {
  const result = editArguments(snapshot, { remove: [], set: {}, ...change }, editable);
  if (!result.ok) throw new Error(`${snapshot.context.unit}: ${result.why}`);
  const { fragment, dropIns } = snapshot.texts;
  const changed = new Map(result.files.map(({ path, text }) => [path, text]));
  const fresh = result.files.filter(({ path, kind }) => kind === 'unit' && ![fragment, ...dropIns].some((file) => file?.path === path));
  const renew = <T extends { path: string; text: string | undefined }>(file: T): T => ({
    ...file,
    text: changed.get(file.path) ?? file.text,
  });
  return {
    ...snapshot,
    texts: { ...(fragment ? { fragment: renew(fragment) } : {}), dropIns: inDropInOrder([...dropIns.map(renew), ...fresh]) },
    environment: snapshot.environment.map(renew),
  };
}

function argvOf({ texts, context, environment }: UnitSnapshot): readonly string[] {
  return (effectiveUnit(defineUnit(texts, context), environment).commands[0]?.argv ?? []).map(({ text }) => text);
}

function snapshotOf(unit: ArgvUnit): UnitSnapshot {
  const path = `/etc/systemd/system/${unit.name}`;
  const dropIns = inDropInOrder(unit.dropIns.map(({ name, text }) => ({ path: `${path}.d/${name}`, text: utf8Text(text) })));
  // A second command would make it unclear which one a new flag is for.
  const text = utf8Text(unit.unit.replace(/ ; .*|(?<=first)\nExecStart=.*/, ''));
  const texts = { fragment: { path, text }, dropIns };
  const context = { unit: unit.name, hostname: 'host', fragment: path };
  const names = defineUnit(texts, context).environmentFiles;
  const environment = names.map((name) => {
    const found = unit.envFiles.find((file) => file.path === name.path)?.text;
    return { path: name.path, optional: name.optional, text: found === undefined ? undefined : utf8Text(found) };
  });
  return { context, texts, environment };
}

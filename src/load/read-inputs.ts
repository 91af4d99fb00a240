import type { Json } from '../domain/json.ts';
import type { InputSpec } from '../domain/runbook.ts';
import { describeInputType, INPUT_TYPES, isOfType } from './input-type.ts';
import { plainValue, sameValue } from './plain-value.ts';
import { readBoolean, readChoice, readList, readPlainText } from './read-values.ts';
import { readWords, required } from './read-words.ts';
import type { Report } from './report.ts';
import { describeTree, type Tree } from './yaml-tree.ts';

const INPUT_WORDS = ['type', 'default', 'description', 'enum', 'sensitive'] as const;
/** What CEL reads as a name after a dot; `in`, `true`, `false` and `null` are words of its own. */
const INPUT_NAME = /^(?!(in|true|false|null)$)[a-z][a-z0-9_]*$/;

/** Declared inputs. An input that is broken is `undefined` in the map: it is known, and nothing is known of it. */
export type Inputs = ReadonlyMap<string, InputSpec | undefined>;

/** Reads `inputs`; `undefined` when it is there and is no map, so that nothing is known of any input. */
export function readInputs(tree: Tree | undefined, report: Report): Inputs | undefined {
  if (tree === undefined || (tree.kind === 'scalar' && tree.value === null)) return new Map();
  if (tree.kind === 'broken') return undefined;
  if (tree.kind !== 'map') {
    report.error('wrong-type', tree.range, `inputs must be a map of names, but is ${describeTree(tree)}`);
    return undefined;
  }
  const inputs = new Map<string, InputSpec | undefined>();
  for (const [name, { key, value }] of tree.entries) {
    if (!INPUT_NAME.test(name)) {
      const hint = 'lower-case letters, digits and _, beginning with a letter';
      report.error('bad-value', key, `${name} cannot be the name of an input`, hint);
    }
    inputs.set(name, readInput(name, value, report));
  }
  return inputs;
}

function readInput(name: string, tree: Tree, report: Report): InputSpec | undefined {
  const what = `input ${name}`;
  const words = readWords(tree, INPUT_WORDS, what, report);
  if (!words) return undefined;
  const type = readChoice(required(words, 'type', what, report), `type of ${what}`, INPUT_TYPES, report);
  const description = readPlainText(words.value('description'), `description of ${what}`, report) ?? '';
  const sensitive = readBoolean(words.value('sensitive'), `sensitive of ${what}`, report) ?? false;
  if (type === undefined) return undefined;
  const choices = readList(words.value('enum'), `enum of ${what}`, report)?.flatMap((item) =>
    readOfType(item, type, `enum of ${what}`, report),
  );
  const preset = words.value('default');
  const [value] = preset === undefined ? [] : readOfType(preset, type, `default of ${what}`, report);
  if (preset !== undefined && value !== undefined && choices && !choices.some((choice) => sameValue(choice, value))) {
    report.error('bad-value', preset.range, `default of ${what} is not in its enum`);
  }
  return { type, description, sensitive, ...(value === undefined ? {} : { default: value }), ...(choices ? { enum: choices } : {}) };
}

function readOfType(tree: Tree, type: InputSpec['type'], what: string, report: Report): readonly Json[] {
  const value = plainValue(tree, what, report);
  if (value === undefined) return [];
  if (isOfType(value, type)) return [value];
  const hint = type === 'string' && (typeof value === 'number' || typeof value === 'boolean') ? `quote it: "${value}"` : undefined;
  report.error('wrong-type', tree.range, `${what} must be ${describeInputType(type)}, but is ${describeTree(tree)}`, hint);
  return [];
}

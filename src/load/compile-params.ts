import { fail, ok, type Result } from '../domain/failure.ts';
import type { AnyStepSpec, Scope } from '../domain/step.ts';
import type { Names } from './expression.ts';
import { paramsMessage } from './params-message.ts';
import { type ParamsError, validateParams } from './params-validator.ts';
import type { Range, Report } from './report.ts';
import { becameShellText, runsPrograms, writesShellText } from './shell-words.ts';
import { compileTemplate } from './template.ts';
import { describeTree, type Tree } from './yaml-tree.ts';

/** A compiled `with`. */
export interface Params {
  readonly needs: readonly string[];
  /** A command in it hands program text to an interpreter. */
  readonly shellText: boolean;
  evaluate(scope: Scope): Result<unknown>;
}

const SHOWN_PROBLEMS = 3;

/**
 * Compiles `with` and checks what is known of it against the type's schema. The rest is checked on each host, when
 * its expressions have values.
 *
 * @param key where `with` stands, or the step when it has none
 * @param id the step's, for failures
 */
export function compileParams(
  tree: Tree | undefined,
  key: Range,
  id: string,
  spec: AnyStepSpec,
  names: Names,
  report: Report,
): Params | undefined {
  if (tree?.kind === 'broken') return undefined;
  const given: Tree = tree === undefined || isEmpty(tree) ? { kind: 'map', range: key, entries: new Map() } : tree;
  if (given.kind !== 'map') {
    report.error('wrong-type', given.range, `with must be a map of parameters, but is ${describeTree(given)}`);
    return undefined;
  }
  const template = compileTemplate(given, names, report);
  for (const error of validateParams(spec.schema, template.outline)) {
    const { message, hint, key: wrongKey } = paramsMessage(error, spec.name, true);
    report.error('params', rangeOfError(given, key, error, wrongKey), message, hint);
  }
  const shellText = runsPrograms(spec) && writesShellText(given);
  return {
    needs: template.needs,
    shellText,
    evaluate(scope) {
      const params = template.evaluate(scope);
      if (!params.ok) return params;
      const errors = validateParams(spec.schema, params.value);
      const [first] = errors;
      if (!first)
        return !shellText && runsPrograms(spec) && becameShellText(params.value) ? unforeseen(id, report.at(key.start)) : ok(params.value);
      const problems = errors.slice(0, SHOWN_PROBLEMS).map((error) => paramsMessage(error, spec.name, false).message);
      const at = report.at(rangeOfError(given, key, first).start);
      return fail('bad-params', `the parameters of step ${id} do not fit: ${problems.join('; ')}`, { at });
    },
  };
}

/** What is shell text must be seen by whoever reads the runbook, and by the checks before a host is reached. */
function unforeseen(id: string, at: string): Result<never> {
  const hint = 'write the interpreter and its option into the runbook as they are, and pass --allow-shell';
  return fail('bad-params', `the command of step ${id} becomes shell text only by its expressions`, { at, hint });
}

function isEmpty(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.value === null;
}

/** Where an error stands: the value that does not fit, the key that is not known, or the key of the map that lacks one. */
function rangeOfError(root: Tree, rootKey: Range, { path, keyword, data }: ParamsError, wrongKey?: string): Range {
  let tree = root;
  let key = rootKey;
  for (const part of path) {
    if (tree.kind === 'map') {
      const entry = tree.entries.get(part);
      if (!entry) return key;
      ({ key, value: tree } = entry);
    } else if (tree.kind === 'list') {
      const item = tree.items[Number(part)];
      if (!item) return key;
      tree = item;
      key = item.range;
    }
  }
  if (wrongKey !== undefined && tree.kind === 'map') return tree.entries.get(wrongKey)?.key ?? key;
  if (keyword === 'required') return key;
  return keyword === 'fits' && isRanged(data) ? data.range : tree.range;
}

function isRanged(data: unknown): data is { readonly range: Range } {
  return typeof data === 'object' && data !== null && 'range' in data;
}

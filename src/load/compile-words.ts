import { fail, ok, type Result } from '../domain/failure.ts';
import type { Json } from '../domain/json.ts';
import type { Scope } from '../domain/step.ts';
import { type CelType, describeType, dyn } from './cel-type.ts';
import { compileExpression, type Expression, type Names } from './expression.ts';
import type { Report } from './report.ts';
import { compileTemplate, Hole, soleExpression } from './template.ts';
import { describeTree, type Tree } from './yaml-tree.ts';

/** A compiled word whose value is of one type. */
export interface Compiled<T> {
  readonly needs: readonly string[];
  evaluate(scope: Scope): Result<T>;
}

/** `if` or `affected`: an expression, bare or in `${{ }}`, or true or false. */
export function compileCondition(tree: Tree, what: string, names: Names, report: Report): Compiled<boolean> | undefined {
  if (tree.kind === 'scalar' && typeof tree.value === 'boolean') {
    const { value } = tree;
    return { needs: [], evaluate: () => ok(value) };
  }
  const expression = compileSole(tree, what, 'true or false', (type) => type.kind === 'bool' || type.kind === 'dyn', names, report);
  const at = report.at(tree.range.start);
  return expression && narrowed(expression, (value) => typeof value === 'boolean', `${what} is neither true nor false`, at);
}

/** `for_each`: a list, or an expression that gives one. */
export function compileItems(
  tree: Tree,
  names: Names,
  report: Report,
): (Compiled<readonly Json[]> & { readonly item: CelType }) | undefined {
  const at = report.at(tree.range.start);
  const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
  if (tree.kind === 'list') {
    return { ...narrowed(compileTemplate(tree, names, report), isList, 'for_each is no list', at), item: commonType(tree.items) };
  }
  const expression = compileSole(tree, 'for_each', 'a list', (type) => type.kind === 'list' || type.kind === 'dyn', names, report);
  if (!expression) return undefined;
  const item = expression.type.kind === 'list' ? expression.type.of : dyn;
  return { ...narrowed(expression, isList, 'for_each is no list', at), item };
}

/** `on`: a text, with expressions in it or not. */
export function compileText(tree: Tree, what: string, names: Names, report: Report): Compiled<string> | undefined {
  if (tree.kind === 'broken') return undefined;
  if (tree.kind !== 'scalar' || typeof tree.value !== 'string') {
    report.error('wrong-type', tree.range, `${what} must be a string, but is ${describeTree(tree)}`);
    return undefined;
  }
  const template = compileTemplate(tree, names, report);
  const { outline } = template;
  if (outline instanceof Hole && outline.type.kind !== 'string' && outline.type.kind !== 'dyn') {
    report.error('wrong-result', outline.range, `${what} must be a string, but the expression gives ${describeType(outline.type)}`);
    return undefined;
  }
  return narrowed(template, (value) => typeof value === 'string', `${what} is no string`, report.at(tree.range.start));
}

function compileSole(
  tree: Tree,
  what: string,
  wanted: string,
  fits: (type: CelType) => boolean,
  names: Names,
  report: Report,
): Expression | undefined {
  if (tree.kind === 'broken') return undefined;
  const sole = tree.kind === 'scalar' && typeof tree.value === 'string' ? soleExpression(tree.value, true) : undefined;
  if (tree.kind !== 'scalar' || sole === undefined) {
    const isText = tree.kind === 'scalar' && typeof tree.value === 'string';
    const found = isText ? 'an expression with more beside it' : describeTree(tree);
    const hint = isText ? 'put all of it inside one ${{ }}, or leave ${{ }} away' : undefined;
    report.error('wrong-type', tree.range, `${what} must be one expression, but is ${found}`, hint);
    return undefined;
  }
  const written = { source: sole.source, offsetOf: (index: number) => tree.offsetOf(sole.start + index) };
  const expression = compileExpression(written, names, report);
  if (!expression || fits(expression.type)) return expression;
  const blanks = sole.source.length - sole.source.trimStart().length;
  const range = { start: written.offsetOf(blanks), end: written.offsetOf(sole.source.trimEnd().length) };
  const hint = expression.type.kind === 'optional' ? 'say what holds when it is absent: .orValue(…)' : undefined;
  report.error('wrong-result', range, `${what} must be ${wanted}, but the expression gives ${describeType(expression.type)}`, hint);
  return undefined;
}

function narrowed<T extends Json>(
  { needs, evaluate }: { readonly needs: readonly string[]; evaluate(scope: Scope): Result<Json> },
  is: (value: Json) => value is T,
  otherwise: string,
  at: string,
): Compiled<T> {
  return {
    needs,
    evaluate(scope) {
      const result = evaluate(scope);
      if (!result.ok) return result;
      return is(result.value) ? ok(result.value) : fail('bad-expression', otherwise, { at });
    },
  };
}

/** Elements written out are typed where all are texts without expressions. */
function commonType(items: readonly Tree[]): CelType {
  const texts = items.every((item) => item.kind === 'scalar' && typeof item.value === 'string' && !item.value.includes('${{'));
  return texts ? { kind: 'string' } : dyn;
}

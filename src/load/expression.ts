import type { ASTNode } from '@marcbachmann/cel-js';
import { fail, ok, type Result } from '../domain/failure.ts';
import type { Json } from '../domain/json.ts';
import type { Scope } from '../domain/step.ts';
import { contextOf } from './cel-context.ts';
import type { CelEnvironment } from './cel-environment.ts';
import { problemOf, unknownField } from './cel-problem.ts';
import { type CelType, dyn, typeNamed } from './cel-type.ts';
import { fromCel } from './cel-value.ts';
import { childrenOf, type Problem, walkExpression } from './cel-walk.ts';
import { evaluationMessage } from './evaluation-message.ts';
import type { Range, Report } from './report.ts';

const MAX_LENGTH = 4_096;

/** An expression that was parsed and type-checked. */
export interface Expression {
  readonly type: CelType;
  /** Ids of the steps whose outputs it refers to. */
  readonly needs: readonly string[];
  evaluate(scope: Scope): Result<Json>;
}

/** What an expression at one place may refer to. */
export interface Names {
  readonly cel: CelEnvironment;
  /** Why a step's outputs cannot be referred to here; `undefined` when they can. */
  objection(id: string): Omit<Problem, 'range'> | undefined;
}

/** An expression's source, with the way back to its place in the file. */
export interface Written {
  readonly source: string;
  /** File offset of a position in the source. */
  offsetOf(index: number): number;
}

/** Parses and checks an expression. All that is wrong is reported at its place; then the result is `undefined`. */
export function compileExpression(written: Written, names: Names, report: Report): Expression | undefined {
  const { cel } = names;
  const { source } = written;
  const tell = ({ code, range, message, hint }: Problem) => report.error(code, inFile(range, written), message, hint);
  if (source.trim() === '') {
    tell({ code: 'expression-syntax', range: { start: 0, end: source.length }, message: 'the expression is empty' });
    return undefined;
  }
  if (source.length > MAX_LENGTH) {
    const message = `an expression has at most ${MAX_LENGTH} characters, but this one has ${source.length}`;
    tell({ code: 'expression-too-large', range: { start: 0, end: 1 }, message });
    return undefined;
  }
  try {
    const parsed = cel.environment.parse(source);
    const { steps, has, problems } = walkExpression(parsed.ast);
    const objections = steps.flatMap(({ id, range }) => {
      const objection = names.objection(id);
      return objection ? [{ ...objection, range }] : [];
    });
    for (const problem of [...problems, ...objections]) tell(problem);
    if (problems.length + objections.length > 0) return undefined;
    for (const problem of has.flatMap((range) => missingIn(range, source, cel))) tell(problem);

    const checked = parsed.check();
    if (!checked.valid) {
      tell(problemOf(checked.error, cel.environment, cel.types));
      return undefined;
    }
    const missing = missingOptionals(parsed.ast, cel);
    for (const problem of missing) tell(problem);
    if (missing.length > 0) return undefined;

    const needs = [...new Set(steps.map(({ id }) => id))];
    const at = report.at(written.offsetOf(source.length - source.trimStart().length));
    return { type: typeNamed(checked.type ?? 'dyn', cel.types), needs, evaluate: (scope) => evaluate(parsed, cel, needs, scope, at) };
  } catch (error) {
    tell(problemOf(error, cel.environment, cel.types));
    return undefined;
  }
}

/** An expression that is wrong and was reported: it says nothing further. */
export const brokenExpression: Expression = {
  type: dyn,
  needs: [],
  evaluate: () => fail('bad-expression', 'the expression is not sound'),
};

function inFile(range: Range, written: Written): Range {
  const start = written.offsetOf(range.start);
  return { start, end: Math.max(start + 1, written.offsetOf(range.end)) };
}

function missingIn(range: Range, source: string, cel: CelEnvironment): readonly Problem[] {
  const checked = cel.environment.check(source.slice(range.start, range.end));
  if (checked.valid || checked.error?.code !== 'no_such_key') return [];
  const problem = problemOf(checked.error, cel.environment, cel.types);
  return [{ ...problem, range: { start: problem.range.start + range.start, end: problem.range.end + range.start } }];
}

/** `.?` of a field that the type does not have is nothing to CEL, and a slip to us. */
function missingOptionals(node: ASTNode, cel: CelEnvironment): readonly Problem[] {
  const own = node.op === '.?' || node.op === '[?]' ? unknownField(node, cel.types) : undefined;
  return [...(own ? [own] : []), ...childrenOf(node).flatMap((child) => missingOptionals(child, cel))];
}

function evaluate(
  program: (context: Record<string, unknown>) => unknown,
  cel: CelEnvironment,
  needs: readonly string[],
  scope: Scope,
  at: string,
): Result<Json> {
  try {
    cel.refill();
    return ok(fromCel(program(contextOf(scope, needs, cel.names))));
  } catch (error) {
    return fail('bad-expression', evaluationMessage(error), { at });
  }
}

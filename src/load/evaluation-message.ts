import type { ASTNode } from '@marcbachmann/cel-js';
import { EvaluationError } from '@marcbachmann/cel-js';
import { looksSecret } from '../domain/host.ts';
import { EvaluationStopped } from './cel-environment.ts';
import { NotJson } from './cel-value.ts';
import { literalKey } from './cel-walk.ts';

const MESSAGES: Readonly<Record<string, string>> = {
  index_out_of_bounds: 'the list has no such element',
  index_out_of_range: 'the text or list has no such position',
  division_by_zero: 'it divides by zero',
  modulo_by_zero: 'it divides by zero',
  numeric_overflow: 'a number is too large',
  bool_conversion_error: 'a text is neither true nor false',
  int_conversion_error: 'a text is no whole number',
  uint_conversion_error: 'a text is no whole number',
  double_conversion_error: 'a text is no number',
  invalid_timestamp: 'a text is no point in time',
  invalid_duration: 'a text is no length of time',
  optional_value_missing: 'a value is absent',
  no_such_overload: 'an operator does not take values of these types',
  no_matching_overload: 'a function does not take values of these types',
  invalid_logical_operand: 'a condition is neither true nor false',
  invalid_condition_type: 'a condition is neither true nor false',
  invalid_comprehension_range: 'a loop is over what is no list',
  field_type_mismatch: 'a value is not of the type that its step declares',
  list_item_type_mismatch: 'a value is not of the type that its step declares',
  variable_type_mismatch: 'a value is not of the type that is declared',
  unknown_variable: 'a name has no value here',
};

/** Why an evaluation failed, without any value in it: the library's own words may hold what must not be shown. */
export function evaluationMessage(error: unknown): string {
  if (error instanceof EvaluationStopped || error instanceof NotJson) return error.message;
  if (!(error instanceof EvaluationError)) return 'the expression cannot be evaluated';
  if (error.code === 'no_such_key') return missingKey(error.node);
  return `the expression cannot be evaluated: ${MESSAGES[error.code] ?? 'a value is not as it expects'}`;
}

/** A key that is written in the runbook may be named; a computed one may be a secret. */
function missingKey(node: ASTNode | undefined): string {
  if (node === undefined || (node.op !== '.' && node.op !== '[]')) return 'the expression cannot be evaluated: a key is not there';
  const [target] = node.args;
  const name = literalKey(node);
  if (name === undefined) return 'the expression cannot be evaluated: a key is not there';
  if (target.op === 'id' && target.args === 'steps') return `step ${name} gave no outputs`;
  const absent = `the expression cannot be evaluated: there is no ${name}`;
  return isVars(target) && looksSecret(name) ? `${absent}: a variable with such a name is held back, for it looks like a secret` : absent;
}

/** `host.vars`. */
function isVars(node: ASTNode): boolean {
  return node.op === '.' && node.args[1] === 'vars' && node.args[0].op === 'id' && node.args[0].args === 'host';
}

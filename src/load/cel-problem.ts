import { type ASTNode, TypeError as CelTypeError, type Environment, ParseError } from '@marcbachmann/cel-js';
import { RE2_MATCHES } from './cel-environment.ts';
import { describeType, type TypeTable, typeNamed } from './cel-type.ts';
import { keyRange, literalKey, type Problem, rangeOf } from './cel-walk.ts';
import type { Range } from './report.ts';
import { didYouMean } from './suggest.ts';

const TOKENS: Readonly<Record<string, string>> = {
  EOF: 'its end',
  NUMBER: 'a number',
  STRING: 'a string',
  IDENTIFIER: 'a name',
  LPAREN: '(',
  RPAREN: ')',
  LBRACKET: '[',
  RBRACKET: ']',
  LBRACE: '{',
  RBRACE: '}',
  DOT: '.',
  COMMA: ',',
  COLON: ':',
  QUESTION: '?',
  EQ: '==',
  AND: '&&',
  OR: '||',
  NOT: '!',
  IN: 'in',
};

const SYNTAX_HINTS: readonly (readonly [RegExp, string])[] = [
  [/character: '?=/, 'compare with =='],
  [/character: '?&/, 'both: &&'],
  [/character: '?\|/, 'either: ||; CEL has no filters: call functions as in size(x) or x.startsWith("y")'],
  [/Newlines not allowed/, 'a string ends in its line; write \\n for a line end'],
];

/** What CEL's parser or type checker found, in the words of our diagnostics. */
export function problemOf(error: unknown, environment: Environment, types: TypeTable): Problem {
  if (error instanceof CelTypeError) return typeProblem(error, environment, types);
  if (error instanceof ParseError) return syntaxProblem(error);
  return { code: 'expression-too-large', range: { start: 0, end: 1 }, message: 'the expression cannot be taken apart' };
}

function syntaxProblem(error: ParseError): Problem {
  const range = widened(error.range);
  if (error.code === 'limit_exceeded') return { code: 'expression-too-large', range, message: 'the expression is too long or too deep' };
  const word = /^(and|or|not|is)\b/.exec(error.node?.input?.slice(range.start) ?? '')?.[1];
  if (word) return { code: 'expression-syntax', range, message: `unexpected ${word}`, hint: 'CEL writes && for and, || for or, ! for not' };
  if (error.summary === 'Unexpected token: EOF') return { code: 'expression-syntax', range, message: 'the expression ends too early' };
  const message = error.summary.replace(/\b[A-Z]{2,}\b/g, (token) => TOKENS[token] ?? token.toLowerCase());
  const hint = SYNTAX_HINTS.find(([pattern]) => pattern.test(error.summary))?.[1];
  return { code: 'expression-syntax', range, message: lowerFirst(message), hint };
}

function typeProblem(error: CelTypeError, environment: Environment, types: TypeTable): Problem {
  const node = error.node as ASTNode | undefined;
  const range = widened(error.range);
  if (node?.op !== undefined) {
    if (error.code === 'unknown_variable' && node.op === 'id') return unknownName(node, environment);
    if (error.code === 'no_matching_overload' && (node.op === 'call' || node.op === 'rcall')) return wrongCall(node, environment, types);
    if (error.code === 'no_such_overload') return wrongOperands(node, types);
    if (error.code === 'no_such_key' && (node.op === '.' || node.op === '[]'))
      return unknownField(node, types) ?? otherProblem(error, range);
    if (error.code === 'cannot_index_type' && (node.op === '.' || node.op === '[]')) return noFields(node, types);
  }
  return otherProblem(error, range);
}

function otherProblem(error: CelTypeError, range: Range): Problem {
  return { code: 'expression-type', range, message: lowerFirst(error.summary) };
}

const FROM_HOSTS = 'which host is asked is for inputs, host and the inventory to say, not for what a host answers';

const OF_NO_HOST = 'a gate is of no host: it refers to inputs, and to the steps of gate above it';

/** Names that are known in other places. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  item: 'item is known in the with of a step that has for_each',
  steps: FROM_HOSTS,
  facts: FROM_HOSTS,
};

function unknownName(node: Extract<ASTNode, { op: 'id' }>, environment: Environment): Problem {
  const name = node.args;
  const known = ['inputs', 'steps', 'facts', 'host', 'item'].filter((one) => environment.hasVariable(one));
  // Only in a gate there are steps and no host.
  const isGate = known.includes('steps') && !known.includes('host') && ['facts', 'host'].includes(name);
  const hint = isGate ? OF_NO_HOST : Object.hasOwn(ELSEWHERE, name) ? ELSEWHERE[name] : didYouMean(name, known);
  return { code: 'unknown-name', range: rangeOf(node), message: `there is no ${name} here`, hint };
}

function wrongCall(node: Extract<ASTNode, { op: 'call' | 'rcall' }>, environment: Environment, types: TypeTable): Problem {
  const name = node.args[0] === RE2_MATCHES ? 'matches' : node.args[0];
  const method = node.op === 'rcall';
  const functions = environment.getDefinitions().functions.filter((one) => (one.receiverType !== null) === method);
  const named = functions.filter((one) => one.name === name);
  const start = method ? node.input.indexOf(name, node.args[1].end) : node.start;
  const range = { start: Math.max(node.start, start), end: Math.max(node.start, start) + name.length };
  if (named.length === 0) {
    const offered = functions.map((one) => one.name).filter((one) => !HIDDEN_FUNCTIONS.has(one));
    return { code: 'unknown-function', range, message: `there is no function ${name}`, hint: didYouMean(name, new Set(offered)) };
  }
  const given = (method ? [node.args[1], ...node.args[2]] : node.args[1]).map((arg) => shown(arg, types)).join(', ');
  const taken = [...new Set(named.map((one) => one.signature.replace(/: [^:]*$/, '').replace(/<dyn(, dyn)?>/g, '')))]
    .slice(0, 6)
    .join(', ');
  return {
    code: 'expression-type',
    range: rangeOf(node),
    message: `${name} does not take ${given || 'nothing'}`,
    hint: `there is ${taken}`,
  };
}

const HIDDEN_FUNCTIONS: ReadonlySet<string> = new Set([RE2_MATCHES, 'runbook_meter', 'type', 'dyn']);

function wrongOperands(node: ASTNode, types: TypeTable): Problem {
  const operator = node.op.replace('_', '');
  const operands = Array.isArray(node.args) ? (node.args as readonly ASTNode[]) : [node.args as ASTNode];
  const kinds = operands.map((operand) => shown(operand, types));
  const mixed = operator === '+' && kinds.includes('a string');
  const hint = mixed ? 'make both texts: string(…), or write ${{ }} inside a text' : undefined;
  return { code: 'expression-type', range: rangeOf(node), message: `${operator} does not take ${kinds.join(' and ')}`, hint };
}

const MISSING: Readonly<Record<string, (name: string) => string>> = {
  'unknown-input': (name) => `this runbook has no input ${name}`,
  'unknown-fact': (name) => `there is no fact ${name}`,
};

/** A field that an object does not have; `undefined` when the object is none of ours. */
export function unknownField(node: Extract<ASTNode, { op: '.' | '.?' | '[]' | '[?]' }>, types: TypeTable): Problem | undefined {
  const name = literalKey(node);
  const checked = checkedType(node.args[0], types);
  const type = checked?.kind === 'optional' ? checked.of : checked;
  if (type?.kind !== 'object' || name === undefined || type.fields.has(name)) return undefined;
  const hint = didYouMean(name, type.fields.keys(), 'there is');
  return { code: type.missing, range: keyRange(node), message: MISSING[type.missing]?.(name) ?? `${type.label} has no ${name}`, hint };
}

function noFields(node: Extract<ASTNode, { op: '.' | '[]' }>, types: TypeTable): Problem {
  return { code: 'expression-type', range: keyRange(node), message: `${shown(node.args[0], types)} has no fields` };
}

function shown(node: ASTNode, types: TypeTable): string {
  const type = checkedType(node, types);
  return type === undefined ? 'this' : describeType(type);
}

/** The type that the checker gave a node. */
function checkedType(node: ASTNode, types: TypeTable): ReturnType<typeof typeNamed> | undefined {
  const checked = 'checkedType' in node ? node.checkedType : undefined;
  return checked === undefined || checked === null ? undefined : typeNamed(String(checked), types);
}

function widened(range: Range | undefined): Range {
  const start = range?.start ?? 0;
  return { start, end: Math.max(start + 1, range?.end ?? 0) };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

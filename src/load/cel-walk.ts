import type { ASTNode } from '@marcbachmann/cel-js';
import { RE2_MATCHES } from './cel-environment.ts';
import type { DiagnosticCode } from './diagnostic-codes.ts';
import { re2Pattern } from './re2-pattern.ts';
import type { Range } from './report.ts';

/** Something wrong with an expression; the range is within its source. */
export interface Problem {
  readonly code: DiagnosticCode;
  readonly range: Range;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** What an expression refers to and what is wrong with its shape, told without types. */
export interface Walked {
  /** Steps, in the order of the expression. */
  readonly steps: readonly { readonly id: string; readonly range: Range }[];
  /** Arguments of `has()`, whose fields CEL itself does not check. */
  readonly has: readonly Range[];
  readonly problems: readonly Problem[];
}

interface Gathering {
  readonly steps: { id: string; range: Range }[];
  readonly has: Range[];
  readonly problems: Problem[];
}

const LOOPS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);
const RESERVED_NAMES: ReadonlySet<string> = new Set(['inputs', 'steps', 'facts', 'host', 'item']);
const MAX_LOOPS = 2;

/** Walks a parsed expression before it is checked; calls of `matches` are redirected to RE2 on the way. */
export function walkExpression(root: ASTNode): Walked {
  const found: Gathering = { steps: [], has: [], problems: [] };
  walk(root, 0, found);
  return found;
}

function walk(node: ASTNode, loops: number, found: Gathering): void {
  switch (node.op) {
    case 'id':
      if (node.args === 'steps') found.problems.push(unnamedStep(node));
      return;
    case '.':
    case '.?':
    case '[]':
    case '[?]':
      walkAccess(node, loops, found);
      return;
    case 'call':
      if (node.args[0] === 'has') for (const { start, end } of node.args[1]) found.has.push({ start, end });
      break;
    case 'rcall':
      walkMethod(node, loops, found);
      return;
  }
  for (const child of childrenOf(node)) walk(child, loops, found);
}

type Access = Extract<ASTNode, { op: '.' | '.?' | '[]' | '[?]' }>;
type Method = Extract<ASTNode, { op: 'rcall' }>;

function walkAccess(node: Access, loops: number, found: Gathering): void {
  const [target, key] = node.args;
  if (target.op === 'id' && target.args === 'steps') {
    const id = literalKey(node);
    if (id === undefined) found.problems.push(unnamedStep(node));
    else found.steps.push({ id, range: keyRange(node) });
  } else {
    walk(target, loops, found);
  }
  if (typeof key !== 'string') walk(key, loops, found);
}

/** The key of an access that is written out; `undefined` for a computed one. */
export function literalKey(node: Access): string | undefined {
  const key = node.args[1];
  if (typeof key === 'string') return key;
  return key.op === 'value' && typeof key.args === 'string' ? key.args : undefined;
}

/** Where the key of an access stands. */
export function keyRange(node: Access): Range {
  const key = node.args[1];
  return typeof key === 'string' ? { start: node.pos, end: node.end } : { start: key.start, end: key.end };
}

function walkMethod(node: Method, loops: number, found: Gathering): void {
  const [name, receiver, args] = node.args;
  const bind = name === 'bind' && receiver.op === 'id' && receiver.args === 'cel';
  const loop = LOOPS.has(name) && args.length > 1;
  walk(receiver, loops, found);
  if (bind || loop) checkVariable(args[0], found);
  if (loop && loops >= MAX_LOOPS) {
    const message = `loops are nested more than ${MAX_LOOPS} deep`;
    found.problems.push({ code: 'expression-too-large', range: rangeOf(node), message, hint: 'take a step apart, or use for_each' });
    return;
  }
  for (const [index, arg] of args.entries()) if (index > 0 || !(bind || loop)) walk(arg, loop ? loops + 1 : loops, found);
  if (name === 'matches' && args.length === 1) redirectMatches(node, found);
}

function checkVariable(variable: ASTNode | undefined, found: Gathering): void {
  if (variable?.op !== 'id' || !RESERVED_NAMES.has(variable.args)) return;
  found.problems.push({ code: 'shadowed-name', range: rangeOf(variable), message: `a loop variable cannot be called ${variable.args}` });
}

function redirectMatches(node: Method, found: Gathering): void {
  node.args[0] = RE2_MATCHES;
  const [pattern] = node.args[2];
  if (pattern?.op !== 'value' || typeof pattern.args !== 'string') return;
  const compiled = re2Pattern(pattern.args);
  if (!compiled.ok) found.problems.push({ code: 'bad-regex', range: rangeOf(pattern), message: compiled.message });
}

function unnamedStep(node: ASTNode): Problem {
  const message = 'a step must be named by itself, not all of them together or by a computed name';
  return { code: 'dynamic-step', range: rangeOf(node), message, hint: 'steps.ID.OUTPUT, or steps["ID"].OUTPUT' };
}

/** The range of a node in its expression. */
export function rangeOf({ start, end }: ASTNode): Range {
  return { start, end: Math.max(start + 1, end) };
}

/** A node's operands, as they were written. */
export function childrenOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'map':
      return node.args.flat();
    case '!_':
    case '-_':
      return [node.args];
    default:
      return node.args;
  }
}

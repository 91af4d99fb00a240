import { Environment } from '@marcbachmann/cel-js';
import { type CelType, celName, type TypeTable } from './cel-type.ts';
import { re2Pattern } from './re2-pattern.ts';

/** What `.matches` is renamed to before it is checked, so that RE2 is asked and not the backtracking engine of the language. */
export const RE2_MATCHES = 'matches_re2';

/** How much one evaluation may do: elements and characters (64 a piece) that it passes on from one operation to the next. */
const MAX_WORK = 1_000_000;

/** An evaluation that stops for a reason of ours; the message holds no values. */
export class EvaluationStopped extends Error {}

/** CEL with the names that a place may use. */
export interface CelEnvironment {
  readonly environment: Environment;
  readonly types: TypeTable;
  /** The names that expressions begin with. */
  readonly names: ReadonlyMap<string, CelType>;
  /** Gives the next evaluation its full budget. */
  refill(): void;
}

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

/** Declares names and types; an environment is made once for each set of names, in about half a millisecond. */
export function celEnvironment(types: TypeTable, names: ReadonlyMap<string, CelType>): CelEnvironment {
  const environment = new Environment({
    unlistedVariablesAreDyn: false,
    homogeneousAggregateLiterals: false,
    enableOptionalTypes: true,
    limits: { maxAstNodes: 1_000, maxDepth: 48, maxListElements: 500, maxMapEntries: 500 },
  });
  for (const { name, instance, fields } of types.values()) {
    environment.registerType(name, { ctor: instance, fields: Object.fromEntries([...fields].map(([key, type]) => [key, celName(type)])) });
  }
  for (const [name, type] of names) environment.registerVariable(name, celName(type));
  mixNumbers(environment);
  environment.registerFunction(`string.${RE2_MATCHES}(string): bool`, matches);
  return { environment, types, names, refill: meter(environment) };
}

/** JSON has one kind of number, so people mix them. */
function mixNumbers(environment: Environment): void {
  for (const [operator, compute] of Object.entries(ARITHMETIC)) {
    environment.registerOperator(`int ${operator} double: double`, (a: bigint, b: number) => compute(Number(a), b));
    environment.registerOperator(`double ${operator} int: double`, (a: number, b: bigint) => compute(a, Number(b)));
  }
  environment.registerOperator('int == double', (a: bigint, b: number) => Number(a) === b);
}

function matches(text: string, source: string): boolean {
  const pattern = re2Pattern(source);
  if (!pattern.ok) throw new EvaluationStopped("a pattern is no regular expression in RE2's syntax");
  return pattern.test(text);
}

interface Evaluator {
  run(node: unknown, context: unknown): unknown;
}

/**
 * Counts what passes between operations, so that loops over a host's lists end (CEL has no time limit of its own).
 * The evaluator is private to the library, but is `this` of every function it calls, and `run` is its only way down.
 */
function meter(environment: Environment): () => void {
  let left = MAX_WORK;
  environment.registerFunction('runbook_meter(): bool', function (this: Evaluator): boolean {
    const run = this.run.bind(this);
    this.run = (node, context) => {
      const value = run(node, context);
      left -= sizeOf(value);
      if (left < 0) throw new EvaluationStopped('the expression works on too much; make its lists shorter, or its loops fewer');
      return value;
    };
    return true;
  });
  environment.evaluate('runbook_meter()');
  return () => {
    left = MAX_WORK;
  };
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 1 + (value.length >> 6);
  if (Array.isArray(value)) return 1 + value.length;
  return value instanceof Map ? 1 + value.size : 1;
}

import { ok, type Result } from '../domain/failure.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Scope } from '../domain/step.ts';
import { type CelType, describeType, dyn } from './cel-type.ts';
import { brokenExpression, compileExpression, type Expression, type Names } from './expression.ts';
import type { Range, Report } from './report.ts';
import { type Piece, splitTemplate } from './split-template.ts';
import type { ScalarTree, Tree } from './yaml-tree.ts';

/** A value with expressions in it. */
export interface Template {
  readonly needs: readonly string[];
  /** The value with a {@link Hole} for each part that is only known on a host. */
  readonly outline: unknown;
  evaluate(scope: Scope): Result<Json>;
}

/** Stands for a value that an expression will give. */
export class Hole {
  readonly type: CelType;
  readonly range: Range;

  constructor(type: CelType, range: Range) {
    this.type = type;
    this.range = range;
  }
}

/** Compiles a value of the file; what is wrong with its expressions is reported. */
export function compileTemplate(tree: Tree, names: Names, report: Report): Template {
  switch (tree.kind) {
    case 'broken':
      return holeOf(brokenExpression, tree.range);
    case 'list':
      return listTemplate(tree.items.map((item) => compileTemplate(item, names, report)));
    case 'map': {
      for (const [key, entry] of tree.entries) {
        if (key.includes('${{')) report.error('expression-not-here', entry.key, 'a key is taken as it stands, without expressions');
      }
      return mapTemplate([...tree.entries].map(([key, { value }]) => [key, compileTemplate(value, names, report)] as const));
    }
    case 'scalar':
      return typeof tree.value === 'string' ? textTemplate(tree, tree.value, names, report) : literal(tree.value);
  }
}

/** The one expression that a text is made of, if it is; `${{ }}` may be left out where only an expression makes sense. */
export function soleExpression(text: string, bare: boolean): { readonly source: string; readonly start: number } | undefined {
  const pieces = splitTemplate(text);
  const [sole, ...others] = pieces.filter((piece) => piece.kind !== 'text' || piece.text.trim() !== '');
  if (sole?.kind === 'expression' && others.length === 0) return sole;
  return bare && pieces.every(({ kind }) => kind === 'text') ? { source: text, start: 0 } : undefined;
}

function literal(value: Json): Template {
  return { needs: [], outline: value, evaluate: () => ok(value) };
}

function textTemplate(tree: ScalarTree, text: string, names: Names, report: Report): Template {
  const pieces = splitTemplate(text);
  const [first] = pieces;
  if (pieces.length === 0) return literal('');
  if (pieces.length === 1 && first?.kind === 'text') return literal(first.text);
  if (pieces.length === 1 && first?.kind === 'expression')
    return holeOf(compilePiece(first, tree, names, report), rangeOfSource(first, tree));
  return joined(pieces, tree, names, report);
}

/** Where an expression stands, without the blanks around it. */
function rangeOfSource({ source, start }: { readonly source: string; readonly start: number }, tree: ScalarTree): Range {
  const from = start + source.length - source.trimStart().length;
  return { start: tree.offsetOf(from), end: tree.offsetOf(from + source.trim().length) };
}

function compilePiece(piece: Exclude<Piece, { kind: 'text' }>, tree: ScalarTree, names: Names, report: Report): Expression {
  if (piece.kind === 'unclosed') {
    const start = tree.offsetOf(piece.start);
    report.error('expression-unclosed', { start, end: start + 3 }, 'this ${{ has no }}', 'for the characters themselves write $${{');
    return brokenExpression;
  }
  const written = { source: piece.source, offsetOf: (index: number) => tree.offsetOf(piece.start + index) };
  return compileExpression(written, names, report) ?? brokenExpression;
}

function holeOf(expression: Expression, range: Range): Template {
  return { needs: expression.needs, outline: new Hole(expression.type, range), evaluate: expression.evaluate };
}

const SHOWABLE: ReadonlySet<CelType['kind']> = new Set(['string', 'int', 'double', 'bool', 'dyn']);

function joined(pieces: readonly Piece[], tree: ScalarTree, names: Names, report: Report): Template {
  const parts = pieces.map((piece): Template => {
    if (piece.kind === 'text') return literal(piece.text);
    const expression = compilePiece(piece, tree, names, report);
    if (SHOWABLE.has(expression.type.kind)) return holeOf(expression, tree.range);
    const hint = expression.type.kind === 'list' ? 'join it: ${{ LIST.join(", ") }}' : undefined;
    report.error(
      'wrong-result',
      piece.kind === 'expression' ? rangeOfSource(piece, tree) : tree.range,
      `a part of a text must be a string, a number or a boolean, but is ${describeType(expression.type)}`,
      hint,
    );
    return holeOf({ ...expression, type: dyn }, tree.range);
  });
  const whole = listTemplate(parts);
  const at = report.at(tree.offsetOf(0));
  return {
    needs: whole.needs,
    outline: new Hole({ kind: 'string' }, tree.range),
    evaluate: (scope) => {
      const values = whole.evaluate(scope);
      return values.ok ? textOf(values.value as readonly Json[], at) : values;
    },
  };
}

function textOf(values: readonly Json[], at: string): Result<Json> {
  if (values.some((value) => typeof value === 'object')) {
    return {
      ok: false,
      failure: { code: 'bad-expression', message: 'a part of a text is neither a string nor a number nor a boolean', at },
    };
  }
  return ok(values.map(String).join(''));
}

function listTemplate(items: readonly Template[]): Template {
  return {
    needs: needsOf(items),
    outline: items.map(({ outline }) => outline),
    evaluate: (scope) => {
      const values: Json[] = [];
      for (const item of items) {
        const value = item.evaluate(scope);
        if (!value.ok) return value;
        values.push(value.value);
      }
      return ok(values);
    },
  };
}

function mapTemplate(entries: readonly (readonly [string, Template])[]): Template {
  const values = listTemplate(entries.map(([, template]) => template));
  return {
    needs: values.needs,
    outline: Object.fromEntries(entries.map(([key, { outline }]) => [key, outline])),
    evaluate: (scope) => {
      const evaluated = values.evaluate(scope);
      if (!evaluated.ok) return evaluated;
      const list = evaluated.value as readonly Json[];
      return ok(Object.fromEntries(entries.map(([key], index) => [key, list[index] ?? null])) as JsonObject);
    },
  };
}

/** All steps that some templates refer to, each once. */
export function needsOf(templates: readonly { readonly needs: readonly string[] }[]): readonly string[] {
  return [...new Set(templates.flatMap(({ needs }) => needs))];
}

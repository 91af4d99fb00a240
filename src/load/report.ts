import type { Diagnostic, Place } from '../domain/runbook.ts';
import type { DiagnosticCode } from './diagnostic-codes.ts';

/** A stretch of the source text, in UTF-16 units; `end` is exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Beyond so many diagnostics nobody reads on. */
const MAX_DIAGNOSTICS = 200;

interface Found {
  readonly start: number;
  readonly diagnostic: Diagnostic;
}

/** Collects all that is wrong with one file, so that it is told at once and in the order of the file. */
export class Report {
  readonly path: string;
  readonly text: string;
  readonly #lineStarts: readonly number[];
  readonly #found = new Map<string, Found>();

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
    this.#lineStarts = lineStartsOf(text);
  }

  error(code: DiagnosticCode, range: Range, message: string, hint?: string): void {
    this.#add('error', code, range, message, hint);
  }

  warning(code: DiagnosticCode, range: Range, message: string, hint?: string): void {
    this.#add('warning', code, range, message, hint);
  }

  /** True once there is an error; warnings do not count. */
  get failed(): boolean {
    return this.all().some(({ severity }) => severity === 'error');
  }

  /** Everything found, in the order of the file. */
  all(): readonly Diagnostic[] {
    return [...this.#found.values()].sort((a, b) => a.start - b.start).map(({ diagnostic }) => diagnostic);
  }

  /** Where an offset stands; an offset past the end is the end. */
  place(offset: number): Place {
    const within = Math.max(0, Math.min(offset, this.text.length));
    const line = this.#lineOf(within);
    return { file: this.path, line: line + 1, column: within - this.#startOf(line) + 1 };
  }

  /** `file:line:col` of an offset. */
  at(offset: number): string {
    const { file, line, column } = this.place(offset);
    return `${file}:${line}:${column}`;
  }

  #add(severity: Diagnostic['severity'], code: DiagnosticCode, range: Range, message: string, hint?: string): void {
    if (this.#found.size >= MAX_DIAGNOSTICS) return;
    const place = this.place(range.start);
    const source = this.#lineText(place.line - 1);
    const left = Math.max(1, source.length - (place.column - 1));
    const length = Math.max(1, Math.min(range.end - range.start, left));
    const diagnostic = { severity, code, message, place, length, source, ...(hint === undefined ? {} : { hint }) };
    const key = `${place.line}:${place.column}:${code}:${message}`;
    if (!this.#found.has(key)) this.#found.set(key, { start: range.start, diagnostic });
  }

  #lineOf(offset: number): number {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#startOf(middle) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #startOf(line: number): number {
    return this.#lineStarts[line] ?? 0;
  }

  #lineText(line: number): string {
    const end = this.#lineStarts[line + 1] ?? this.text.length;
    return this.text.slice(this.#startOf(line), end).replace(/\r?\n$|\r$/, '');
  }
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

import { fail, ok, type Result } from '../domain/failure.ts';

/** More hosts than this from one line are taken for a slip of the hand. */
const MOST = 100_000;

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

interface Bounds {
  readonly begin: string;
  readonly end: string;
  readonly step: number;
}

function boundsOf(text: string): Result<Bounds> {
  const [begin = '', end = '', step = '1', ...rest] = text.split(':');
  if (!text.includes(':') || rest.length > 0) return fail('bad-input', 'host range must be begin:end or begin:end:step');
  if (end === '') return fail('bad-input', 'host range must specify end value');
  if (!/^[0-9]+$/.test(step) || Number(step) === 0) return fail('bad-input', `host range step must be a number from 1, not "${step}"`);
  return ok({ begin: begin === '' ? '0' : begin, end, step: Number(step) });
}

/** Every `step`-th number from `from` to `to`, as many as anybody can mean. */
function count(from: number, to: number, step: number): number[] {
  const numbers: number[] = [];
  for (let number = from; number <= to && numbers.length <= MOST; number += step) numbers.push(number);
  return numbers;
}

/** What one bracket stands for, in order. Reversed numbers give nothing, as with Ansible; reversed letters are an error. */
function sequence(text: string): Result<readonly string[]> {
  const bounds = boundsOf(text);
  if (!bounds.ok) return bounds;
  const { begin, end, step } = bounds.value;
  const width = begin.startsWith('0') && begin.length > 1 ? begin.length : 0;
  if (width > 0 && width !== end.length) return fail('bad-input', 'host range must specify equal-length begin and end formats');
  if (/^[a-zA-Z]$/.test(begin) && /^[a-zA-Z]$/.test(end)) {
    const [first, last] = [LETTERS.indexOf(begin), LETTERS.indexOf(end)];
    if (first > last) return fail('bad-input', 'host range must have begin <= end');
    return ok(count(first, last, step).map((index) => LETTERS.charAt(index)));
  }
  for (const bound of [begin, end]) {
    if (!/^[0-9]+$/.test(bound)) return fail('bad-input', `host range bounds must be two numbers or two letters, not "${bound}"`);
  }
  return ok(count(Number(begin), Number(end), step).map((number) => String(number).padStart(width, '0')));
}

/**
 * Expands every `[begin:end]` and `[begin:end:step]` of a host pattern, left to right, ends included
 * (Ansible's `expand_hostname_range`). Text without brackets stands for itself.
 */
export function expandRange(pattern: string): Result<readonly string[]> {
  let names: string[] = [''];
  let rest = pattern;
  while (rest.includes('[')) {
    const open = rest.indexOf('[');
    const close = rest.indexOf(']', open);
    if (close < 0) return fail('bad-input', `"[" is not closed in "${pattern}"`);
    const values = sequence(rest.slice(open + 1, close));
    if (!values.ok) return values;
    if (names.length * values.value.length > MOST) return fail('bad-input', `"${pattern}" stands for more than ${MOST} hosts`);
    const head = rest.slice(0, open);
    names = names.flatMap((name) => values.value.map((value) => name + head + value));
    rest = rest.slice(close + 1);
  }
  return ok(names.map((name) => name + rest));
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expandRange } from '../../src/inventory/host-range.ts';
import { failureText, unwrap } from './memory-io.ts';

describe('a host range', () => {
  test.each([
    ['plain', 'plain'],
    ['h[1:3]', 'h1 h2 h3'],
    ['h[08:11]', 'h08 h09 h10 h11'],
    ['h[1:10:4]x[a:b]', 'h1xa h1xb h5xa h5xb h9xa h9xb'],
    ['[1:2]h', '1h 2h'],
    ['h[:2]', 'h0 h1 h2'],
    ['h[x:C]', 'hx hy hz hA hB hC'],
    ['h[5:1]', ''],
  ])('%s stands for %s', (pattern, expected) => {
    expect(unwrap(expandRange(pattern)).join(' ')).toBe(expected);
  });

  test.each([
    ['h[1:]', 'host range must specify end value'],
    ['h[01:010]', 'host range must specify equal-length begin and end formats'],
    ['h[c:a]', 'host range must have begin <= end'],
    ['h[1]', 'host range must be begin:end or begin:end:step'],
    ['h[1:2:3:4]', 'host range must be begin:end or begin:end:step'],
    ['h[1:9:0]', 'host range step must be a number from 1, not "0"'],
    ['h[1:x]', 'host range bounds must be two numbers or two letters, not "x"'],
    ['h[1:2', '"[" is not closed in "h[1:2"'],
    ['h[1:999999]', '"h[1:999999]" stands for more than 100000 hosts'],
    ['h[1:9999][1:9999]', '"h[1:9999][1:9999]" stands for more than 100000 hosts'],
  ])('%s is refused', (pattern, message) => {
    expect(failureText(expandRange(pattern))).toBe(message);
  });

  test('numbers count up by the step and never past the end', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), fc.integer({ min: 1, max: 50 }), (begin, length, step) => {
        const found = unwrap(expandRange(`n[${begin}:${begin + length}:${step}]`)).map((name) => Number(name.slice(1)));
        expect(found).toEqual(Array.from({ length: Math.floor(length / step) + 1 }, (_, index) => begin + index * step));
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import type { InputSpec } from '../../src/domain/runbook.ts';
import { parseInput } from '../../src/load/parse-input.ts';
import { loaded } from './load-sample.ts';

describe('the value of an input that was given as text', () => {
  it.each<[InputSpec['type'], string, unknown]>([
    ['string', '20', '20'],
    ['string', '', ''],
    ['integer', '20', 20],
    ['integer', '-3', -3],
    ['number', '2.5', 2.5],
    ['number', '1e3', 1000],
    ['boolean', 'true', true],
    ['boolean', 'false', false],
    ['array', '["a", 1]', ['a', 1]],
    ['object', '{"a": {"b": null}}', { a: { b: null } }],
  ])('is read as %s: %s', (type, text, value) => {
    expect(parseInput({ type }, text)).toEqual({ ok: true, value });
  });

  it.each<[InputSpec['type'], string, string]>([
    ['integer', '2.5', 'must be a whole number'],
    ['integer', '9007199254740993', 'must be a whole number'],
    ['integer', '0x10', 'must be a whole number'],
    ['number', '', 'must be a number'],
    ['number', 'Infinity', 'must be a number'],
    ['boolean', 'yes', 'must be true or false'],
    ['array', 'a,b', 'must be a list'],
    ['array', '{}', 'must be a list'],
    ['object', '[]', 'must be a map'],
    ['object', '{"a": {"__proto__": {}}}', 'must be a map'],
  ])('is refused as %s: %s', (type, text, message) => {
    expect(parseInput({ type }, text)).toMatchObject({ ok: false, failure: { code: 'bad-input', message } });
  });
});

describe('inputs given to a runbook', () => {
  const { inputsFrom, inputs } = loaded(`
inputs:
  unit: { type: string, default: kubelet.service, description: the unit }
  size: { type: integer }
  mode: { type: string, enum: [fast, slow], default: fast }
  token: { type: string, default: '', sensitive: true }
diagnose: [{ uses: look.quiet }]
`);

  it('are declared with what is said of them', () => {
    expect([...inputs]).toEqual([
      ['unit', { type: 'string', default: 'kubelet.service', description: 'the unit', sensitive: false }],
      ['size', { type: 'integer', description: '', sensitive: false }],
      ['mode', { type: 'string', default: 'fast', enum: ['fast', 'slow'], description: '', sensitive: false }],
      ['token', { type: 'string', default: '', description: '', sensitive: true }],
    ]);
  });

  it('are completed by defaults', () => {
    expect(inputsFrom({ size: 5, mode: 'slow' })).toEqual({
      ok: true,
      value: { unit: 'kubelet.service', size: 5, mode: 'slow', token: '' },
    });
  });

  it.each([
    [{}, 'input size must be given', 'give it: -e size=…'],
    [{ size: 5, unti: 'a' }, 'there is no input unti', 'did you mean unit?'],
    [{ size: 'S3CRET' }, 'input size must be a whole number', undefined],
    [{ size: 5, mode: 'S3CRET' }, 'input mode must be fast or slow', undefined],
    [{ size: null, zzz: 1 }, 'there is no input zzz; input size must be a whole number', 'inputs: unit, size, mode, token'],
    [JSON.parse('{"size": 5, "__proto__": 1}'), 'there is no input __proto__', 'inputs: unit, size, mode, token'],
  ])('are refused: %j', (given, message, hint) => {
    expect(inputsFrom(given)).toEqual({ ok: false, failure: { code: 'bad-input', message, ...(hint ? { hint } : {}) } });
  });
});

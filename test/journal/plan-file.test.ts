import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJsonObject, type Json } from '../../src/domain/json.ts';
import { canonicalJson } from '../../src/journal/canonical-json.ts';
import { decodePlan, encodePlan, looksLikePlan } from '../../src/journal/plan-file.ts';
import { PLAN } from './sample-plan.ts';

const { text, sha256 } = encodePlan(PLAN);
const body = (JSON.parse(text) as { readonly body: Json }).body;
const bytesOf = (each: string) => new Uint8Array(Buffer.from(each, 'utf8'));
const refusal = (bytes: Uint8Array) => {
  const decoded = decodePlan(bytes);
  return decoded.ok ? 'taken' : decoded.failure.message;
};

/** A file with this body and the hash that belongs to it, as one who knows the format would forge it. */
function forged(value: Json): Uint8Array {
  const written = canonicalJson(value);
  const hash = createHash('sha256').update(written).digest('hex');
  return bytesOf(`{"format":"runbook-plan/v1","sha256":"${hash}","body":${written}}\n`);
}

type Path = readonly (string | number)[];

/** Where every value of a tree stands. */
function pathsIn(value: Json, path: Path = []): readonly Path[] {
  if (Array.isArray(value)) return [path, ...value.flatMap((each, index) => pathsIn(each, [...path, index]))];
  return isJsonObject(value) ? [path, ...Object.entries(value).flatMap(([key, each]) => pathsIn(each, [...path, key]))] : [path];
}

/** The same tree with another value in one place; undefined removes it. */
function withValue(value: Json, [first, ...rest]: Path, other: Json | undefined): Json {
  if (first === undefined) return other ?? null;
  if (Array.isArray(value)) {
    return value.flatMap((each, index) =>
      index !== first ? [each] : rest.length === 0 && other === undefined ? [] : [withValue(each, rest, other)],
    );
  }
  const entries = Object.entries(isJsonObject(value) ? value : {});
  return Object.fromEntries(
    entries.flatMap(([key, each]) =>
      key !== first ? [[key, each]] : rest.length === 0 && other === undefined ? [] : [[key, withValue(each, rest, other)]],
    ),
  );
}

/** Parts that hold data of any form. */
const isFree = (path: Path) => ['inputs', 'outputs', 'facts'].some((key) => path.includes(key) && path.at(-1) !== key);

describe('a plan file', () => {
  it('gives back the plan that was written, contents and all', () => {
    expect(decodePlan(bytesOf(text))).toEqual({ ok: true, value: { sha256, plan: PLAN } });
    expect(looksLikePlan(text.slice(0, 100))).toBe(true);
  });

  it('is named by the hash of its body, which does not depend on the order of keys', () => {
    const { version, ...rest } = PLAN;
    expect(encodePlan({ ...rest, version }).text).toBe(text);
    expect(encodePlan({ ...PLAN, operator: 'eve' }).sha256).not.toBe(sha256);
  });

  it('holds each content once, and nothing that a terminal would act upon', () => {
    expect(text.split('bW9kZT1iYWQK')).toHaveLength(2);
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  });

  it('that was damaged in any way is refused, and never thrown over', () => {
    const whole = bytesOf(text);
    const damage = fc.oneof(
      fc
        .tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }))
        .map(([at, by]) => whole.map((byte, n) => (n === at ? byte ^ by : byte))),
      fc.nat(whole.length - 1).map((at) => whole.slice(0, at)),
      fc
        .tuple(fc.nat(whole.length), fc.uint8Array({ minLength: 1, maxLength: 8 }))
        .map(([at, more]) => Buffer.concat([whole.slice(0, at), more, whole.slice(at)])),
      fc
        .tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 40 }))
        .map(([at, many]) => Buffer.concat([whole.slice(0, at), whole.slice(at + many)])),
      fc.uint8Array({ maxLength: 200 }),
    );
    fc.assert(
      fc.property(damage, (bytes) => {
        fc.pre(!Buffer.from(bytes).equals(Buffer.from(whole)));
        return refusal(new Uint8Array(bytes)) !== 'taken';
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(
    pathsIn(body)
      .filter((path) => !isFree(path))
      .map((path) => [path.join('.')]),
  )('with a hash made anew is refused where %s is of another kind', (name) => {
    const path = pathsIn(body).find((each) => each.join('.') === name) ?? [];
    expect(refusal(forged(withValue(body, path, [12.5e300])))).toMatch(/^the plan file was damaged or altered: /);
    expect(refusal(forged(withValue(body, path, null)))).toMatch(/^the plan file was damaged or altered: /);
  });

  it('with a hash made anew is refused or means just what it says, whatever else stands in it', () => {
    const places = fc.constantFrom(...pathsIn(body));
    fc.assert(
      fc.property(places, fc.option(fc.jsonValue(), { nil: undefined }), (path, other) => {
        const bytes = forged(withValue(body, path, other as Json));
        const decoded = decodePlan(bytes);
        return !decoded.ok || encodePlan(decoded.value.plan).text === Buffer.from(bytes).toString('utf8');
      }),
      { numRuns: 2_000 },
    );
  });

  it.each<[string, Uint8Array]>([
    ['has a key more', forged({ ...(body as object), extra: 1 } as Json)],
    [
      'has a content too many',
      forged({ ...(body as object), contents: { ...(body as { contents: object }).contents, ['f'.repeat(64)]: '' } } as Json),
    ],
    ['has a content of another digest', forged(withValue(body, ['contents', PLAN.runbook.source.sha256], 'AAAA'))],
    ['lacks a content', forged(withValue(body, ['contents', PLAN.runbook.source.sha256], undefined))],
    ['says a key twice', bytesOf(text.replace('"body":{', '"body":{"operator":"ada",'))],
    ['is indented', bytesOf(JSON.stringify(JSON.parse(text), null, 2))],
    ['has a byte order mark', bytesOf(`\ufeff${text}`)],
    ['is followed by more', bytesOf(`${text}{}`)],
    ['lost its last newline', bytesOf(text.trimEnd())],
    ['is nested without end', bytesOf(`{"format":"runbook-plan/v1","sha256":"${sha256}","body":${'['.repeat(200_000)}}\n`)],
    ['is no UTF-8', new Uint8Array([...bytesOf(text).slice(0, 100), 0xff])],
    ['is empty', new Uint8Array()],
  ])('that %s is refused', (_, bytes) => {
    expect(refusal(bytes)).toMatch(/^the plan file was damaged or altered: /);
  });

  it('nested without end, with a hash made anew, is refused', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const hash = createHash('sha256').update(deep).digest('hex');
    expect(refusal(bytesOf(`{"format":"runbook-plan/v1","sha256":"${hash}","body":${deep}}\n`))).toMatch(/damaged or altered/);
  });

  it('with names that mean something to JavaScript is refused', () => {
    const value = canonicalJson(body).replace('"inputs":{', '"inputs":{"__proto__":{},');
    const hash = createHash('sha256').update(value).digest('hex');
    expect(refusal(bytesOf(`{"format":"runbook-plan/v1","sha256":"${hash}","body":${value}}\n`))).toMatch(/damaged or altered/);
  });

  it('of another format is told apart from a damaged one', () => {
    expect(refusal(bytesOf(text.replace('runbook-plan/v1', 'runbook-plan/v2')))).toBe(
      'the plan file has the format runbook-plan/v2, and this program reads runbook-plan/v1',
    );
  });
});

import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { FakeHost } from '../fakes/fake-host.ts';
import { observed, plannedBy, readerOf, snapshot, workedExamples } from './worked-example.ts';

// A step type's `oneOf` names properties that stand beside it; `format` is checked by the loader.
const OPTIONS = { strict: true, strictRequired: false, allErrors: true, formats: { regex: true } } as const;
const ajv = new Ajv2020(OPTIONS);

describe.each(workedExamples)('$title', (worked) => {
  const { spec, example } = worked;

  test('its parameters fit the schema', () => {
    const validate = ajv.compile(spec.schema);
    expect(validate(example.params) || validate.errors).toBe(true);
  });

  test('it states every parameter that has a default, so that the schema adds nothing', () => {
    const filled = structuredClone(example.params);
    new Ajv2020({ ...OPTIONS, useDefaults: true }).compile(spec.schema)(filled);
    expect(filled).toEqual(example.params);
  });

  test('observing leaves the host as it was', async () => {
    const host = new FakeHost(example.host);
    const before = snapshot(host);
    await spec.observe(readerOf(host), example.params);
    expect({ ...Object(snapshot(host)), ran: host.ran, triggered: host.triggered }).toEqual({ ...Object(before), ran: [], triggered: [] });
  });

  test('observing asks the host something, and the same questions each time', async () => {
    const hosts = [new FakeHost(example.host), new FakeHost(example.host)];
    for (const host of hosts) await spec.observe(readerOf(host), example.params);
    expect(hosts[0]?.asked).toEqual(hosts[1]?.asked);
  });

  test('outputs fit their schema and are as the example says', async () => {
    const { state, params } = await observed(worked);
    if (spec.outputs === undefined) return expect(example.outputs).toBeUndefined();
    const outputs = spec.outputs.of(state, params);
    const validate = ajv.compile(spec.outputs.schema);
    expect(validate(outputs) || validate.errors).toBe(true);
    expect(outputs).toMatchObject(example.outputs ?? {});
    for (const [name, value] of Object.entries(example.outputs ?? {})) expect(outputs[name], name).toEqual(value);
  });

  test('outputs are JSON and nothing but what the schema names', async () => {
    const { state, params } = await observed(worked);
    const outputs = spec.outputs?.of(state, params) ?? {};
    const { schema } = spec.outputs ?? {};
    const named = schema !== undefined && 'properties' in schema ? Object.keys(schema.properties ?? {}) : [];
    expect(Object.keys(outputs).sort()).toEqual([...named].sort());
    expect(JSON.parse(JSON.stringify(outputs))).toEqual(outputs);
  });

  test('changes say what the example says', async () => {
    const { state, params } = await observed(worked);
    if (spec.plan === undefined) return expect(example.says).toBeUndefined();
    expect(plannedBy(spec, state, params).flatMap(({ says }) => says)).toEqual(example.says);
  });

  test('verify misses what the example says', async () => {
    const { state, params } = await observed(worked);
    if (example.unmet === undefined) return expect(spec.verify?.(state, params) ?? []).toEqual([]);
    expect(spec.verify?.(state, params).map(({ what }) => what)).toEqual(example.unmet);
  });

  test('findings and verify give the same answer twice', async () => {
    const { state, params } = await observed(worked);
    const ask = () => ({ findings: spec.findings?.(state, params), unmet: spec.verify?.(state, params) });
    expect(ask()).toEqual(ask());
  });
});

import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/domain/change.ts';
import { orderChanges } from '../../src/domain/change-order.ts';
import { inverse } from '../../src/domain/inverse.ts';
import { unitStateOf } from '../fakes/fake-apply.ts';
import type { FakeHost } from '../fakes/fake-host.ts';
import { changingExamples, observed, plannedBy, readerOf, snapshot } from './worked-example.ts';

async function applied(host: FakeHost, id: string, changes: readonly Change[], rollback: boolean): Promise<void> {
  const owner = { run: 'r', operator: 'o', controller: 'c' };
  const { state, results } = await host.begin({ id, changes: orderChanges(changes), rollback, undoAfterMs: 60_000, owner });
  expect([state, results.filter(({ kind }) => kind !== 'done')]).toEqual(['applied', []]);
}

describe.each(changingExamples)('$title', (worked) => {
  const { spec } = worked;

  test('the plan is pure: twice the same, from state and parameters that cannot be changed', async () => {
    const { state, params } = await observed(worked);
    expect(plannedBy(spec, state, params)).toEqual(plannedBy(spec, state, params));
  });

  test('every change begins at what the host has', async () => {
    const { host, state, params } = await observed(worked);
    for (const change of plannedBy(spec, state, params)) {
      if (change.kind === 'file') expect(change.before).toEqual(host.look(change.path));
      if (change.kind === 'unit') expect(change.before).toEqual(unitStateOf(await host.unit(change.unit)));
      if (change.kind === 'trigger' && change.unit !== undefined) {
        expect(change.before).toEqual(unitStateOf(await host.unit(change.unit)));
      }
    }
  });

  test('every change says something, as +, ~ or -, and leaves secrecy to the engine', async () => {
    const { state, params } = await observed(worked);
    for (const change of plannedBy(spec, state, params)) {
      expect(change.sensitive).toBe(false);
      if (change.kind !== 'trigger') expect(change.says.length).toBeGreaterThan(0);
      for (const line of change.says) expect(line).toMatch(/^[+~-] \S/);
    }
  });

  test('once it is applied there is no file and no unit left to change', async () => {
    const { host, state, params } = await observed(worked);
    await applied(host, '1', plannedBy(spec, state, params), false);
    const again = plannedBy(spec, await spec.observe(readerOf(host), params), params);
    // Triggers and commands make something happen each time; whether they are wanted is for `on_change` and `unless` to say.
    expect(again.filter(({ kind }) => kind === 'file' || kind === 'unit')).toEqual([]);
  });

  test('its inverse restores every byte and attribute', async () => {
    const { host, state, params } = await observed(worked);
    const before = snapshot(host);
    const changes = plannedBy(spec, state, params);
    await applied(host, '1', changes, false);
    await applied(host, '2', inverse(changes), true);
    expect(snapshot(host)).toEqual(before);
  });

  test('a host that is not told to keep it restores every byte and attribute by itself', async () => {
    const { host, state, params } = await observed(worked);
    const before = snapshot(host);
    await applied(host, '1', plannedBy(spec, state, params), false);
    expect(host.expire('1')).toEqual({ state: 'rolled-back', remarks: [] });
    expect(snapshot(host)).toEqual(before);
  });
});

test('some examples change files, and some change nothing', async () => {
  const counts = await Promise.all(
    changingExamples.map(async (worked) => {
      const { state, params } = await observed(worked);
      return plannedBy(worked.spec, state, params).filter(({ kind }) => kind === 'file').length;
    }),
  );
  expect(counts.filter((count) => count > 0).length).toBeGreaterThan(3);
  expect(counts.filter((count) => count === 0).length).toBeGreaterThan(1);
});

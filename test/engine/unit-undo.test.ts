import { describe, expect, it } from 'vitest';
import type { UnitState } from '../../src/domain/change.ts';
import { defineStep } from '../../src/domain/step.ts';
import { apply } from '../../src/engine/run-runbook.ts';
import { systemdRestart } from '../../src/steps/systemd.restart.ts';
import { systemdUnitState } from '../../src/steps/systemd.unit-state.ts';
import { undoLog } from '../../src/views/undo-log.ts';
import { unitStateOf } from '../fakes/fake-apply.ts';
import { events, host, lines, rig, runbook, step } from './rig.ts';

const UNIT = 'app.service';

function stateOf(fake: ReturnType<typeof host>): UnitState {
  return unitStateOf(fake.units.get(UNIT) ?? {});
}

describe('taking unit state back', () => {
  it.each<[string, Readonly<Record<string, string>>, object]>([
    ['stopped', { LoadState: 'loaded', ActiveState: 'inactive', UnitFileState: 'disabled' }, { started: true, enabled: true }],
    ['masked', { LoadState: 'masked', ActiveState: 'inactive', UnitFileState: 'masked' }, { masked: false, started: true }],
    ['running', { LoadState: 'loaded', ActiveState: 'active', UnitFileState: 'enabled' }, { started: false }],
  ])('leaves a unit %s that was so before it was started or stopped, and restarted', async (_, properties, wanted) => {
    const fake = host('a', 'mode=bad\n', 'still ill');
    fake.units.set(UNIT, { Id: UNIT, ...properties });
    const before = stateOf(fake);
    const steps = [step('state', systemdUnitState, { unit: UNIT, ...wanted }), step('restart', systemdRestart, { unit: UNIT })];
    const { ports, assignment } = rig([fake]);
    fake.hooks.restarted = () => undefined;
    const all = await events(apply(assignment(runbook({ remediate: steps })), ports));
    expect(lines(all)).toContain('a finished: rolled-back');
    expect(stateOf(fake)).toEqual(before);
  });

  it('plans a restart of a unit that an earlier step unmasks', async () => {
    const fake = host('a');
    fake.units.set(UNIT, { Id: UNIT, LoadState: 'masked', ActiveState: 'inactive', UnitFileState: 'masked', FragmentPath: '/dev/null' });
    const steps = [step('unmask', systemdUnitState, { unit: UNIT, masked: false }), step('restart', systemdRestart, { unit: UNIT })];
    const { ports, assignment } = rig([fake]);
    const all = await events(apply(assignment(runbook({ remediate: steps, verify: [] })), ports));
    expect(lines(all)).toContain('a finished: fixed');
  });

  it('keeps refusing to enable a unit that cannot be, after an earlier step started it', async () => {
    const fake = host('a');
    fake.units.set(UNIT, { Id: UNIT, LoadState: 'loaded', ActiveState: 'inactive', UnitFileState: 'static' });
    const steps = [
      step('start', systemdUnitState, { unit: UNIT, started: true }),
      step('enable', systemdUnitState, { unit: UNIT, enabled: true }),
    ];
    const { ports, assignment } = rig([fake]);
    expect(lines(await events(apply(assignment(runbook({ remediate: steps })), ports)))).toContain('a finished: failed');
  });

  it.each(['whole', 'half'] as const)(
    'calls a host rolled back whose unit change did not succeed (%s of it), for it may have had half of its effect',
    async (fails) => {
      const fake = host('a');
      fake.units.set(UNIT, { Id: UNIT, LoadState: 'loaded', ActiveState: 'inactive', UnitFileState: 'disabled' });
      const before = stateOf(fake);
      fake.hooks.fails = () => fails;
      const { ports, assignment } = rig([fake]);
      const steps = [step('state', systemdUnitState, { unit: UNIT, started: true, enabled: true })];
      const all = await events(apply(assignment(runbook({ remediate: steps })), ports));
      expect(lines(all)).toContain('a results: failed (rolled-back)');
      expect(lines(all)).toContain('a finished: rolled-back');
      expect(stateOf(fake)).toEqual(before);
      expect(undoLog(all)).toEqual([]);
      expect(undoLog(all.slice(0, all.findIndex((event) => event.type === 'transaction.intended') + 1))).toHaveLength(1);
    },
  );
});

/** Runs a program; without `undo` it cannot be taken back. */
const run = defineStep({
  name: 'test.run',
  summary: 'run',
  docs: '',
  schema: { type: 'object', properties: { program: { type: 'string' }, undo: { type: 'string' } }, required: ['program'] },
  examples: [],
  observe: async () => undefined,
  plan: (_, { program, undo }) => [
    {
      kind: 'command',
      argv: [program],
      timeoutMs: 1_000,
      undo: undo === undefined ? { irreversible: 'old logs are gone' } : { argv: [undo] },
      says: [],
      sensitive: false,
    },
  ],
});

describe('what cannot be taken back', () => {
  it.each([[[]], [[step('load', run, { program: 'load', undo: 'unload' })]]])(
    'is never called rolled back when verify does not hold (beside %j)',
    async (others) => {
      const fake = host('a');
      for (const program of ['vacuum', 'load', 'unload']) fake.programs.set(program, {});
      const steps = [...others, step('vacuum', run, { program: 'vacuum' })];
      const { ports, assignment } = rig([fake]);
      const all = await events(apply(assignment(runbook({ remediate: steps })), ports));
      const ended = all.find((event) => event.type === 'host.finished');
      expect(ended).toMatchObject({ outcome: 'failed', reason: { message: expect.stringContaining('old logs are gone') } });
      expect(fake.ran).toEqual(others.length === 0 ? ['vacuum'] : ['load', 'vacuum', 'unload']);
    },
  );
});

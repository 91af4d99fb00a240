import { describe, expect, it } from 'vitest';
import type { Reader } from '../../src/domain/access.ts';
import type { DeniedRead } from '../../src/domain/denied.ts';
import { fail, ok } from '../../src/domain/failure.ts';
import type { HostPlan } from '../../src/domain/plan.ts';
import type { Runbook, Step } from '../../src/domain/runbook.ts';
import { KEPT_OPEN } from '../../src/engine/plan-fleet.ts';
import { apply, look } from '../../src/engine/run-runbook.ts';
import { events, FILE, host, read, replace, restart, rig, runbook, step, well } from './rig.ts';

async function planned(book: Runbook, fake = host('a')): Promise<HostPlan> {
  const { ports, assignment } = rig([fake]);
  for (const event of await events(look(assignment(book, 'plan'), ports))) if (event.type === 'host.planned') return event.plan;
  throw new Error('no plan');
}

/** What a step type tells of a program that was denied what it was to read. */
const LOG: DeniedRead = { read: { kind: 'probe', argv: ['journalctl'] }, why: 'not seeing messages' };

describe('planning a fleet', () => {
  const fakes = Array.from({ length: KEPT_OPEN + 3 }, (_, n) => host(`h${n}`));
  const book = runbook({ remediate: [step('one', replace, { path: FILE, from: 'bad', to: 'good' })] });

  it('leaves no connection open where nothing follows', async () => {
    const { ports, assignment, fleet } = rig(fakes);
    await events(look(assignment(book, 'plan'), ports));
    expect(fleet.calls.filter((call) => call.startsWith('close '))).toHaveLength(fakes.length);
  });

  it('keeps those of some hosts open for an apply, and not of all', async () => {
    const { ports, assignment, fleet } = rig(fakes);
    let closed = 0;
    for await (const batch of apply(assignment(book, 'apply'), ports)) {
      if (batch.some(({ type }) => type === 'approval.requested')) closed = fleet.calls.filter((call) => call.startsWith('close ')).length;
    }
    expect(closed).toBe(3);
  });
});

describe('planning a host', () => {
  it('plans a later step on what an earlier one would leave, and merges both into one change with both ends', async () => {
    const steps = [
      step('one', replace, { path: FILE, from: 'bad', to: 'worse' }),
      step('two', replace, { path: FILE, from: 'worse', to: 'good' }),
    ];
    const { changes } = await planned(runbook({ remediate: steps }));
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({ kind: 'file', says: ['- bad', '- worse'] });
    const ends = changes
      .flatMap((c) => (c.kind === 'file' ? [c.before, c.after] : []))
      .map((s) => (s.kind === 'file' ? Buffer.from(s.content.bytes).toString() : ''));
    expect(ends).toEqual(['mode=bad\n', 'mode=good\n']);
  });

  it('finds the same file again through a link that a later step uses', async () => {
    const fake = host('a');
    fake.links.set('/etc/link', FILE);
    const steps = [
      step('one', replace, { path: FILE, from: 'bad', to: 'good' }),
      step('two', replace, { path: '/etc/link', from: 'bad', to: 'other' }),
    ];
    const plan = await planned(runbook({ remediate: steps }), fake);
    expect(plan.steps.map(({ id, status }) => [id, status.kind === 'planned' ? status.changes.length : status.kind])).toEqual([
      ['conf', 'read'],
      ['one', 1],
      ['two', 0],
    ]);
  });

  it('says deferred of a read that the changes would alter, and asks it in verify', async () => {
    const steps = [step('patch', replace, { path: FILE, from: 'bad', to: 'good' }), step('ask', well, {}, { phase: 'remediate' })];
    const plan = await planned(runbook({ remediate: steps }));
    expect(plan.outcome).toBe('would-fix');
    expect(plan.steps.at(-1)?.status).toMatchObject({ kind: 'deferred', why: expect.stringContaining('only once they are made') });
  });

  it('skips a step whose on_change steps change nothing, and says so', async () => {
    const steps = [
      step('patch', replace, { path: FILE, from: 'absent word', to: 'x' }),
      step('more', replace, { path: FILE, from: 'bad', to: 'good' }),
      step('restart', restart, { unit: 'app.service' }, { onChange: ['patch'] }),
    ];
    const plan = await planned(runbook({ remediate: steps }));
    expect(plan.steps.at(-1)?.status).toEqual({ kind: 'skipped', why: 'nothing changes in patch' });
    expect(plan.changes.map(({ kind }) => kind)).toEqual(['file']);
  });

  it('plans nothing at all on a host on which one step cannot be planned', async () => {
    const steps = [
      step('patch', replace, { path: FILE, from: 'bad', to: 'good' }),
      step('lost', replace, { path: '/etc/nowhere', from: 'a', to: 'b' }),
    ];
    const plan = await planned(runbook({ remediate: steps }));
    expect(plan).toMatchObject({
      outcome: 'failed',
      changes: [],
      reason: { code: 'not-found', message: 'lost: /etc/nowhere is not there' },
    });
  });

  it('goes on past a step that may fail', async () => {
    const steps = [
      step('lost', replace, { path: '/etc/nowhere', from: 'a', to: 'b' }, { continueOnError: true }),
      step('patch', replace, { path: FILE, from: 'bad', to: 'good' }),
    ];
    expect((await planned(runbook({ remediate: steps }))).outcome).toBe('would-fix');
  });

  it.each([
    ['permission-denied', 'unknown'],
    ['not-regular-file', 'failed'],
  ] as const)('is never a healthy host when a diagnose step cannot be read: %s is %s', async (code, outcome) => {
    const fake = host('a', 'mode=good\n');
    fake.faults.set(FILE, { code, message: 'may not read it' });
    expect(await planned(runbook(), fake)).toMatchObject({ outcome, reason: { code } });
  });

  it('names every read that was denied to a step, also those behind the first', async () => {
    const both = { ...read, observe: (reader: Reader) => Promise.all([reader.file('/a'), reader.list('/b'), reader.unit('c')]) };
    const fake = host('a', 'mode=good\n');
    for (const what of ['/a', '/b']) fake.faults.set(what, { code: 'permission-denied', message: `${what} may not be read` });
    const { steps } = await planned(runbook({ diagnose: [step('both', both, {})] }), fake);
    expect(steps[0]?.denied).toEqual([
      { read: { kind: 'file', path: '/a' }, why: '/a may not be read' },
      { read: { kind: 'list', directory: '/b' }, why: '/b may not be read' },
    ]);
  });

  it.each<[string, Partial<Step>, readonly DeniedRead[], string]>([
    ['that nothing stood in for', {}, [LOG], 'unknown'],
    ['that something stood in for', {}, [{ ...LOG, instead: 'syslog' }], 'healthy'],
    ['of a step that may fail', { continueOnError: true }, [LOG], 'healthy'],
  ])('calls a host on which nothing ill was seen, with a denied read %s, %s', async (_what, more, denied, outcome) => {
    const log = { ...read, denied: () => denied };
    const book = runbook({ diagnose: [step('log', log, { path: FILE }, more)], affected: () => ok(false) });
    const plan = await planned(book, host('a', 'mode=good\n'));
    expect(plan).toMatchObject({ outcome, steps: [{ id: 'log', denied }, {}] });
    if (outcome === 'unknown') expect(plan.reason).toMatchObject({ code: 'permission-denied', message: expect.stringContaining('log') });
  });

  it('hides what a sensitive step was denied', async () => {
    const log = { ...read, denied: () => [LOG] };
    const plan = await planned(runbook({ diagnose: [step('conf', log, { path: FILE }, { sensitive: true })] }));
    expect(JSON.stringify(plan.steps)).not.toMatch(/journalctl|not seeing/);
  });

  it('hands a condition that cannot be evaluated on as a failure', async () => {
    const steps = [step('patch', replace, {}, { condition: () => fail('bad-expression', 'no such key') })];
    expect(await planned(runbook({ remediate: steps }))).toMatchObject({ outcome: 'failed', reason: { code: 'bad-expression' } });
  });

  it('runs a step once for each element of for_each', async () => {
    const steps = [
      step('patch', replace, null, {
        items: () => ok(['bad', 'mode']),
        params: (scope) => ok({ path: FILE, from: scope.item, to: 'x' }),
      }),
    ];
    const plan = await planned(runbook({ remediate: steps }));
    expect(plan.steps.at(-1)?.status).toMatchObject({ kind: 'planned', changes: [{ says: ['- bad'] }, { says: ['- mode'] }] });
  });

  it('shows neither contents nor findings of a sensitive step', async () => {
    const found = { ...read, findings: () => [{ kind: 'cause', says: 'mode=bad', evidence: ['mode=bad'] }] };
    const steps = [step('patch', replace, { path: FILE, from: 'bad', to: 'good' }, { sensitive: true })];
    const plan = await planned(runbook({ diagnose: [step('conf', found, { path: FILE }, { sensitive: true })], remediate: steps }));
    expect(JSON.stringify(plan.steps)).not.toContain('mode=bad');
    expect(plan.changes).toMatchObject([{ sensitive: true, says: ['~ hidden: sensitive'] }]);
  });

  it('treats a file that not everybody may read as sensitive', async () => {
    const fake = host('a');
    fake.write(FILE, 'mode=bad\n', { mode: 0o600 });
    expect((await planned(runbook(), fake)).changes[0]).toMatchObject({ kind: 'file', sensitive: true });
  });

  it('asks another host in this one’s place, and skips where there is none', async () => {
    const other = host('b', 'from b');
    const { ports, assignment } = rig([host('a'), other]);
    let seen: unknown;
    const book = runbook({
      diagnose: [
        step('conf', read, { path: FILE }),
        step('there', read, { path: FILE }, { on: () => ok('b') }),
        step('none', read, { path: FILE }, { on: () => ok('zzz') }),
      ],
      affected: (scope) => {
        seen ??= scope.steps['there'];
        return ok(false);
      },
    });
    const all = await events(look({ ...assignment(book, 'plan'), hosts: assignment().hosts.slice(0, 1) }, ports));
    const plan = all.flatMap((event) => (event.type === 'host.planned' ? [event.plan] : []))[0];
    expect(seen).toEqual({ text: 'from b' });
    expect(plan?.steps.find(({ id }) => id === 'none')?.status).toEqual({ kind: 'skipped', why: 'nobody to ask: no zzz' });
  });

  it('fails a step that names whom there cannot be, unless it would not have been asked', async () => {
    const { ports, assignment } = rig([host('a')]);
    const hostFor = () => fail('bad-params', 'out of range');
    const book = runbook({
      diagnose: [
        step('there', read, { path: FILE }, { on: () => ok('b[7]') }),
        step('off', read, { path: FILE }, { on: () => ok('b[7]'), condition: () => ok(false) }),
      ],
    });
    const all = await events(look(assignment(book, 'plan'), { ...ports, hostFor }));
    const plan = all.flatMap((event) => (event.type === 'host.planned' ? [event.plan] : []))[0];
    expect(plan).toMatchObject({ outcome: 'failed', reason: { message: 'there: out of range' } });
    expect(plan?.steps.map(({ status }) => status.kind)).toEqual(['failed', 'skipped']);
  });

  it('asks steps that do not wait for each other in the same turn', async () => {
    const fake = host('a');
    const both = [
      step('one', read, { path: '/one' }),
      step('two', read, { path: '/two' }),
      step('after', read, null, { needs: ['one'], params: () => ok({ path: '/after' }) }),
    ];
    await planned(runbook({ diagnose: [step('conf', read, { path: FILE }), ...both] }), fake);
    const order = fake.asked.filter((line) => line.startsWith('file '));
    expect(order.slice(0, 4)).toEqual([`file ${FILE}`, 'file /one', 'file /two', 'file /after']);
  });
});

describe('a read among the changes', () => {
  const there = (more: object) => step('there', read, { path: FILE }, { phase: 'remediate', on: () => ok('b'), ...more });
  const patch = step('patch', replace, { path: FILE, from: 'bad', to: 'good' });

  it('that is asked of another host is asked there, and deferred once this one would be changed', async () => {
    const other = host('b', 'from b');
    const { ports, assignment } = rig([host('a'), other]);
    const book = runbook({ remediate: [there({ id: 'first' }), patch, there({ id: 'last' })] });
    const all = await events(look({ ...assignment(book, 'plan'), hosts: assignment().hosts.slice(0, 1) }, ports));
    const plan = all.flatMap((event) => (event.type === 'host.planned' ? [event.plan] : []))[0];
    expect(plan?.steps.map(({ id, status }) => [id, status.kind])).toEqual([
      ['conf', 'read'],
      ['first', 'read'],
      ['patch', 'planned'],
      ['last', 'deferred'],
    ]);
    expect(other.asked.filter((line) => line === `file ${FILE}`)).toHaveLength(1);
  });
});

it('a plan says which verify steps there is nobody to ask for', async () => {
  const verify = [step('well', well, {}, { phase: 'verify' }), step('api', well, {}, { phase: 'verify', on: () => ok('zzz') })];
  expect((await planned(runbook({ verify }))).steps.at(-1)).toMatchObject({
    id: 'api',
    phase: 'verify',
    status: { kind: 'skipped', why: 'nobody to ask: no zzz' },
  });
});

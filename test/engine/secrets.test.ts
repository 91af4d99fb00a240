import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import { fail } from '../../src/domain/failure.ts';
import { apply, look } from '../../src/engine/run-runbook.ts';
import { encodeEvent } from '../../src/journal/event-codec.ts';
import { commandRun } from '../../src/steps/command.run.ts';
import { events, FILE, host, replace, restart, rig, runbook, step, well } from './rig.ts';

const SECRET = 'hunter2-of-the-host';

describe('nothing that a sensitive step saw is in an event', () => {
  it('neither what verify misses, nor why a step could not be planned', async () => {
    const fake = host('a', 'mode=good\n');
    fake.programs.set('how', { stdout: SECRET });
    const bad = step('bad', replace, null, {
      sensitive: true,
      continueOnError: true,
      params: () => fail('bad-params', `"${SECRET}" is too long`),
    });
    const book = runbook({
      diagnose: [bad],
      affected: () => ({ ok: true, value: false }),
      verify: [step('well', well, {}, { phase: 'verify', sensitive: true })],
    });
    const { ports, assignment } = rig([fake]);
    const all = await events(look(assignment(book, 'plan'), ports));
    expect(all.find((event) => event.type === 'host.finished')).toMatchObject({ outcome: 'other-cause' });
    expect(all.map(encodeEvent).join('\n')).not.toContain(SECRET);
  });

  it('nor what a command of it says when it does not succeed', async () => {
    const fake = host('a');
    fake.programs.set(`login ${SECRET}`, { code: 1, stderr: SECRET });
    const steps = [step('login', commandRun, { argv: ['login', SECRET], irreversible: 'x', timeout: '1s' }, { sensitive: true })];
    const { ports, assignment } = rig([fake]);
    const all = await events(apply(assignment(runbook({ remediate: steps })), ports));
    const told = all.filter(({ type }) => type === 'transaction.finished' || type === 'host.finished');
    expect(told.map(encodeEvent).join('\n')).toContain('command-failed');
    expect(told.map(encodeEvent).join('\n')).not.toContain(SECRET);
  });

  it('nor what is said of a file that not everybody may read, in any part of its plan', async () => {
    const fake = host('a');
    fake.write(FILE, `password=${SECRET}\n`, { mode: 0o600 });
    const book = runbook({
      affected: () => ({ ok: true, value: true }),
      remediate: [step('patch', replace, { path: FILE, from: SECRET, to: 'x' })],
    });
    const { ports, assignment } = rig([fake]);
    expect((await events(look(assignment(book, 'plan'), ports))).map(encodeEvent).join('\n')).not.toContain(SECRET);
  });
});

describe('the value of a sensitive input that a step without that word puts into a change', () => {
  const isSecret = (text: string) => text.includes(SECRET);
  const planned = async (...steps: Parameters<typeof step>[]) => {
    const { ports, assignment } = rig([host('a', `old=${SECRET}\nmode=bad\n`)]);
    const book = runbook({ remediate: steps.map((each) => step(...each)) });
    return events(look(assignment(book, 'plan'), { ...ports, isSecret }));
  };
  const planOf = (all: readonly RunEvent[]) => all.flatMap((event) => (event.type === 'host.planned' ? [event.plan] : []))[0];

  it('makes it sensitive, with its other side', async () => {
    const all = await planned(
      ['after', replace, { path: FILE, from: 'bad', to: SECRET }],
      ['run', commandRun, { argv: ['login', SECRET], undo: ['logout'], timeout: '1s' }],
      ['back', commandRun, { argv: ['x'], undo: ['logout', SECRET], timeout: '1s' }],
    );
    expect(planOf(all)?.changes.map(({ sensitive }) => sensitive)).toEqual([true, true, true]);
    expect(all.map(encodeEvent).join('\n')).not.toContain(SECRET);
  });

  it('leaves the others as they are', async () => {
    const { ports, assignment } = rig([host('a')]);
    const all = await events(look(assignment(runbook(), 'plan'), { ...ports, isSecret }));
    expect(planOf(all)?.changes.map(({ sensitive }) => sensitive)).toEqual([false, false]);
  });

  it('is refused as a path or the name of a unit', async () => {
    const { ports, assignment } = rig([host('a')]);
    const book = runbook({ remediate: [step('r', restart, { unit: `${SECRET}.service` })], affected: () => ({ ok: true, value: true }) });
    const all = await events(look(assignment(book, 'plan'), { ...ports, isSecret }));
    expect(planOf(all)).toMatchObject({ outcome: 'failed', reason: { code: 'bad-params' } });
    expect(all.map(encodeEvent).join('\n')).not.toContain(SECRET);
  });
});

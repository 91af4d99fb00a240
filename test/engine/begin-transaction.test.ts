import { describe, expect, it } from 'vitest';
import type { Fleet, Writer } from '../../src/domain/access.ts';
import type { EventBody } from '../../src/domain/event.ts';
import { type Failure, HostFault } from '../../src/domain/failure.ts';
import { contentOf } from '../../src/domain/file.ts';
import type { ChangeResult, Receipt, TransactionState } from '../../src/domain/transaction.ts';
import { type Begun, beginTransaction, type HostWork } from '../../src/engine/begin-transaction.ts';
import { inventoryHost } from '../fakes/fake-fleet.ts';
import { fileChange, RESTART } from '../ui/streams.ts';
import { host, rig } from './rig.ts';

const CHANGES = [fileChange('/etc/a', 'old', 'new'), ...RESTART];
const WORK: HostWork = { host: inventoryHost('a'), changes: CHANGES, become: undefined, undoAfterMs: 60_000 };
const ID = '0'.repeat(32);
const DONE: ChangeResult = { kind: 'done' };
const NOT_REACHED: ChangeResult = { kind: 'not-reached' };
const ALL_DONE = CHANGES.map(() => DONE);

/** Begins a transaction on a host that answers so; an error is thrown. */
async function begun(answer: Receipt | Error, work = WORK, rollback = false) {
  const { ports, fleet } = rig([host('a')]);
  const sent: unknown[] = [];
  const write: Fleet['write'] = async (to, access): Promise<Writer> => ({
    ...(await fleet.write(to, access)),
    begin: async (transaction) => {
      sent.push(transaction);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  const shut: Fleet = { read: (to) => fleet.read(to), close: (to) => fleet.close(to), write };
  const beginning = beginTransaction(work, rollback, { ...ports, fleet: shut, transactionId: () => ID });
  const told: EventBody[] = [];
  for (;;) {
    const next = await beginning.next();
    if (next.done === true) return { told, sent, end: next.value, calls: fleet.calls, privileges: fleet.privileges };
    told.push(next.value);
  }
}

const receipt = (state: TransactionState, more: Partial<Receipt> = {}): Receipt => ({ results: ALL_DONE, state, remarks: [], ...more });

describe('a transaction that is begun', () => {
  const context = contentOf(Buffer.from('what verify needs'));

  it.each<[Partial<HostWork>, boolean, Partial<EventBody>]>([
    [{}, false, {}],
    [{ become: true, context }, true, { become: true, context } as Partial<EventBody>],
    [{ become: false }, false, { become: false } as Partial<EventBody>],
  ])('is announced just as it is sent, and answered (%j)', async (more, rollback, announced) => {
    const { told, sent, end, privileges } = await begun(receipt('applied', { remarks: ['one'] }), { ...WORK, ...more }, rollback);
    expect(told).toStrictEqual([
      { type: 'transaction.intended', host: 'a', tx: ID, rollback, changes: CHANGES, undoAfterMs: 60_000, ...announced },
      { type: 'transaction.finished', host: 'a', tx: ID, results: ALL_DONE, state: 'applied', remarks: ['one'] },
    ]);
    const owner = { run: 'r1', operator: 'test', controller: 'here' };
    expect(sent).toEqual([{ id: ID, changes: CHANGES, rollback, undoAfterMs: 60_000, owner }]);
    expect(end).toEqual({ kind: 'applied', live: { host: WORK.host, become: more.become, tx: ID, until: 60_000 } });
    expect(privileges).toEqual([`a ${more.become}`]);
  });

  const FAILED: ChangeResult = { kind: 'failed', message: 'it broke' };
  const STALE: ChangeResult = { kind: 'stale', message: 'it moved' };
  const LOCKED: Failure = { code: 'locked', message: 'eve holds it' };
  const WRONG: Failure = { code: 'conflict', message: 'another machine' };
  const taken = (state: TransactionState, failure: Failure, results: readonly ChangeResult[], remarks: readonly string[] = []): Begun => ({
    kind: 'taken-back',
    failure,
    standing: { state, remarks },
    results,
  });
  const none = CHANGES.map(() => NOT_REACHED);
  it.each<[string, Receipt, Begun]>([
    ['was stale', receipt('none', { results: [STALE] }), { kind: 'not-begun', failure: { code: 'stale', message: 'it moved' } }],
    [
      'failed half-way',
      receipt('rolled-back', { results: [DONE, FAILED, NOT_REACHED] }),
      taken('rolled-back', { code: 'command-failed', message: 'it broke' }, [DONE, FAILED, NOT_REACHED]),
    ],
    [
      'was given up by the host',
      receipt('rolling', { remarks: ['one', 'two'] }),
      taken('rolling', { code: 'expired', message: 'it was not carried through, and is rolling; one; two' }, ALL_DONE, ['one', 'two']),
    ],
    ['was turned away', receipt('none', { results: none, refusal: WRONG }), { kind: 'not-begun', failure: WRONG }],
    ['was turned away and is in conflict', receipt('conflict', { results: none, refusal: WRONG }), taken('conflict', WRONG, none)],
    ['was begun before by another run', receipt('rolling', { results: none, refusal: LOCKED }), { kind: 'not-begun', failure: LOCKED }],
  ])('and %s is told so', async (_, answer, end) => {
    const { told, end: found } = await begun(answer);
    const state = answer.refusal?.code === 'locked' ? 'none' : answer.state;
    expect(told[1]).toEqual({ type: 'transaction.finished', host: 'a', tx: ID, results: answer.results, state, remarks: answer.remarks });
    expect(found).toEqual(end);
  });

  it('and turned away at the door has reached nothing', async () => {
    const failure: Failure = { code: 'become', message: 'no' };
    const { told, end, calls } = await begun(new HostFault(failure));
    expect(told[1]).toEqual({ type: 'transaction.finished', host: 'a', tx: ID, results: none, state: 'none', remarks: [] });
    expect([end, calls]).toEqual([{ kind: 'not-begun', failure }, ['write a']]);
  });

  it.each(['lost', 'timed-out'] as const)('and whose answer is %s is asked for', async (code) => {
    const failure: Failure = { code, message: 'no' };
    const { told, end, calls } = await begun(new HostFault(failure));
    expect(told.slice(1)).toEqual([
      { type: 'transaction.lost', host: 'a', tx: ID, failure },
      { type: 'transaction.reported', host: 'a', tx: ID, state: 'none', remarks: [] },
    ]);
    expect([end, calls]).toEqual([{ kind: 'not-begun', failure }, ['write a', 'read a', 'write a']]);
  });

  it('keeps to itself what a sensitive command said, and nothing else', async () => {
    const command = { kind: 'command', argv: ['login'], timeoutMs: 1, undo: { irreversible: 'x' }, says: [] } as const;
    const changes = [{ ...command, sensitive: true }, { ...command, sensitive: false }, fileChange('/etc/a', '', 'x', { sensitive: true })];
    const results = [FAILED, FAILED, FAILED];
    const { told, end } = await begun(receipt('rolled-back', { results }), { ...WORK, changes });
    const hidden: ChangeResult = { kind: 'failed', message: 'a sensitive command did not succeed; what it said is not told' };
    expect(told[1]).toMatchObject({ results: [hidden, FAILED, FAILED] });
    expect(end).toMatchObject({ failure: { message: hidden.message } });
    const well = await begun(receipt('applied', { results: [DONE, DONE, DONE] }), { ...WORK, changes });
    expect(well.told[1]).toMatchObject({ results: [DONE, DONE, DONE] });
  });

  it('is not begun, and not announced, where the way is shut', async () => {
    const { ports, fleet } = rig([host('a')]);
    fleet.setReachable('a', false);
    const first = await beginTransaction(WORK, false, ports).next();
    expect(first).toEqual({ done: true, value: { kind: 'not-begun', failure: { code: 'unreachable', message: 'a does not answer' } } });
  });

  it('lets a bug through, wherever it shows', async () => {
    await expect(begun(new Error('a bug'))).rejects.toThrow('a bug');
    const { ports, fleet } = rig([host('a')]);
    fleet.write = () => Promise.reject(new Error('a bug'));
    await expect(beginTransaction(WORK, false, ports).next()).rejects.toThrow('a bug');
  });
});

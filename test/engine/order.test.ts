import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change, FileChange, TriggerAction, UnitState } from '../../src/domain/change.ts';
import { orderChanges } from '../../src/domain/change-order.ts';
import { absent, contentOf, type FileState } from '../../src/domain/file.ts';
import { inverse, irreversible } from '../../src/domain/inverse.ts';

const said = { says: [], sensitive: false };
const before: UnitState = { active: true, enabled: true, masked: false };

function trigger(action: TriggerAction, unit?: string): Change {
  return { kind: 'trigger', action, ...said, ...(unit ? { unit, before } : {}) };
}

function state(text: string, path: string): FileState {
  const attributes = { mode: 0o644, uid: 0, gid: 0, xattrs: '', mtimeNs: '1', nlink: 1 };
  return text === '' ? absent : { kind: 'file', content: contentOf(Buffer.from(text)), attributes, realPath: path };
}

function file(path: string, from: string, to: string): FileChange {
  return { kind: 'file', path, before: state(from, path), after: state(to, path), ...said };
}

const command: Change = { kind: 'command', argv: ['do'], timeoutMs: 1, undo: { argv: ['undo'] }, ...said };
const unit: Change = { kind: 'unit', unit: 'u', before, after: { ...before, enabled: false }, ...said };

/** A name for a change, to compare orders by. */
function name(change: Change): string {
  switch (change.kind) {
    case 'file':
      return change.path;
    case 'trigger':
      return `${change.action} ${change.unit ?? ''}`.trim();
    case 'unit':
      return `unit ${change.unit}`;
    case 'command':
      return change.argv.join(' ');
  }
}

const anyChange = fc.oneof(
  fc
    .tuple(fc.constantFrom('/a', '/b'), fc.constantFrom('', 'x', 'y'), fc.constantFrom('', 'x', 'y'))
    .map(([path, from, to]): Change => file(path, from, to)),
  fc.constantFrom(trigger('daemon-reload'), trigger('restart', 'u'), trigger('reload', 'u'), trigger('reset-failed', 'u'), command, unit),
);

describe('orderChanges', () => {
  it('puts files first, then daemon-reload, commands, unit state, reset-failed, restart', () => {
    const mixed = [trigger('restart', 'u'), trigger('reset-failed', 'u'), unit, command, trigger('daemon-reload'), file('/a', 'x', 'y')];
    expect(orderChanges(mixed).map(name)).toEqual(['/a', 'daemon-reload', 'do', 'unit u', 'reset-failed u', 'restart u']);
  });

  it('masks a unit after its restart, and unmasks it before', () => {
    const masked = { ...before, masked: true };
    const mask: Change = { kind: 'unit', unit: 'u', before, after: masked, ...said };
    expect(orderChanges([mask, trigger('restart', 'u')]).map(name)).toEqual(['restart u', 'unit u']);
    expect(inverse([trigger('restart', 'u'), mask]).map(name)).toEqual(['unit u', 'restart u']);
  });

  it('restarts a unit once, and does not reload what it restarts', () => {
    const twice = [trigger('restart', 'u'), trigger('reload', 'u'), trigger('restart', 'u'), trigger('reload', 'v')];
    expect(orderChanges(twice).map(name)).toEqual(['restart u', 'reload v']);
  });

  it('makes two changes of a file one with both ends, and drops one that ends as it began', () => {
    expect(orderChanges([file('/a', 'x', 'y'), file('/a', 'y', 'z')])).toEqual([file('/a', 'x', 'z')]);
    expect(orderChanges([file('/a', 'x', 'y'), file('/a', 'y', 'x')])).toEqual([]);
  });

  it('keeps of two changes of a file who must accept it and how it is written, whichever says so; the later of two that do', () => {
    const judged = { ...file('/a', 'x', 'y'), validate: ['first', '%s'], inPlace: true } as const;
    const [plain, other] = [file('/a', 'y', 'z'), { ...file('/a', 'y', 'z'), validate: ['second', '%s'] }];
    const ways = (...changes: readonly Change[]) =>
      orderChanges(changes).map((one) => (one.kind === 'file' ? [one.validate, one.inPlace] : one));
    expect(ways(judged, plain)).toEqual([[['first', '%s'], true]]);
    expect(ways(judged, other)).toEqual([[['second', '%s'], true]]);
    expect(ways(file('/a', 'x', 'y'), other)).toEqual([[['second', '%s'], undefined]]);
    expect(orderChanges([file('/a', 'x', 'y'), plain])[0]).not.toHaveProperty('validate');
  });

  it('is settled after one pass', () => {
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 8 }), (changes) => {
        expect(orderChanges(orderChanges(changes))).toEqual(orderChanges(changes));
      }),
    );
  });
});

describe('inverse', () => {
  it('taken twice is the change itself', () => {
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 8 }), (changes) => {
        const once = orderChanges(changes.filter((change) => change.kind !== 'command'));
        expect([...inverse(inverse(once))].map(name).sort()).toEqual([...once].map(name).sort());
        const ends = (all: readonly Change[]) => all.flatMap((c) => (c.kind === 'file' ? [[c.path, c.before, c.after]] : []));
        expect(ends(inverse(inverse(once))).sort()).toEqual(ends(once).sort());
      }),
    );
  });

  it('restores before it restarts, and undoes commands last one first', () => {
    const second: Change = { ...command, argv: ['do 2'], undo: { argv: ['undo 2'] } } as Change;
    const all = orderChanges([file('/a', 'x', 'y'), command, second, trigger('restart', 'u')]);
    expect(inverse(all).map(name)).toEqual(['/a', 'undo 2', 'undo', 'restart u']);
  });

  it('turns the signs of what is said round', () => {
    expect(inverse([{ ...file('/a', 'x', 'y'), says: ['- --bad in ARGS', '+ --good in ARGS', '~ mode'] }])[0]?.says).toEqual([
      '~ mode',
      '- --good in ARGS',
      '+ --bad in ARGS',
    ]);
  });

  it('leaves out what is irreversible, which is named instead', () => {
    const gone: Change = { ...command, undo: { irreversible: 'the cache is lost' } } as Change;
    expect(inverse([gone])).toEqual([]);
    expect(irreversible([gone, command])).toEqual(['the cache is lost']);
  });
});

import { describe, expect, it } from 'vitest';
import type { Reader } from '../../src/domain/access.ts';
import { ok } from '../../src/domain/failure.ts';
import { bytesToText, textToBytes, withBytes } from '../../src/domain/file.ts';
import { defineStep } from '../../src/domain/step.ts';
import { apply } from '../../src/engine/run-runbook.ts';
import { events, FILE, host, lines, replace, rig, runbook, step } from './rig.ts';

/** Adds a line to the end of a file. */
const append = defineStep({
  name: 'test.append',
  summary: 'append',
  docs: '',
  schema: { type: 'object', properties: { line: { type: 'string' } }, required: ['line'] },
  examples: [],
  observe: (reader: Reader) => reader.file(FILE),
  plan(before, { line }) {
    if (before.kind !== 'file') return [];
    const after = withBytes(FILE, before, textToBytes(`${bytesToText(before.content.bytes)}${line}\n`));
    return [{ kind: 'file', path: FILE, before, after, says: [`+ ${line}`], sensitive: false }];
  },
});

describe('two changes of one file', () => {
  it('by one for_each are both made, as the plan says', async () => {
    const each = step('lines', append, null, { items: () => ok(['one', 'two', 'three']), params: (scope) => ok({ line: scope.item }) });
    const { ports, assignment, fleet } = rig([host('a')]);
    const patch = step('patch', replace, { path: FILE, from: 'bad', to: 'good' });
    const all = await events(apply(assignment(runbook({ remediate: [patch, each], verify: [] })), ports));
    expect(lines(all)).toContain('a finished: fixed');
    expect(fleet.host('a').text(FILE)).toBe('mode=good\none\ntwo\nthree\n');
  });

  it('by two names of it are one change, which the host does not refuse as stale', async () => {
    const fake = host('a');
    fake.links.set('/etc/link', FILE);
    const steps = [
      step('one', replace, { path: FILE, from: 'bad', to: 'good' }),
      step('two', replace, { path: '/etc/link', from: 'mode', to: 'way' }),
    ];
    const { ports, assignment } = rig([fake]);
    const all = await events(apply(assignment(runbook({ remediate: steps, verify: [] })), ports));
    expect(lines(all)).toContain('a finished: fixed');
    expect(fake.text(FILE)).toBe('way=good\n');
  });
});

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LabHandle } from '../../src/lab/lab-up.ts';
import { runbook } from '../lab/command-line.ts';
import { noPractice, practice, scratch } from '../lab-embedded/practice.ts';
import { onPractice } from './practice-fleet.ts';
import { CTRL_C, DOWN, noTerminal, Pty, RETURN } from './pty.ts';

const MARK = `apiVersion: runbook/v1
name: mark
summary: Leaves a mark
hosts: all
remediate:
  - uses: file.content
    with: { path: /etc/marked, mode: '0644', content: "by a runbook\\n" }
verify:
  - uses: file.read
    with: { path: /etc/marked, expect: { equals: "by a runbook\\n" } }
rollout: { waves: [100%] }
`;

/** A host of one of several practice fleets. */
interface Member {
  readonly name: string;
  readonly port: number;
  readonly lab: LabHandle;
  /** Where its files are on this machine. */
  readonly tree: string;
}

/** Fifteen hosts: a practice fleet has five, whose names begin with its letter here. */
async function threeFleets(): Promise<readonly Member[]> {
  const labs = [await practice(), await practice(), await practice()];
  return labs.flatMap((lab, index) =>
    Object.entries(lab.ports).map(([host, port]) => ({ name: `${'abc'[index]}-${host}`, port, lab, tree: join(lab.paths.hosts, host) })),
  );
}

describe.skipIf((noPractice ?? noTerminal) !== undefined)(onPractice('the question about more than ten hosts'), async () => {
  const members = (noPractice ?? noTerminal) === undefined ? (await threeFleets()).slice(0, 12) : [];
  const desk = scratch();
  const hosts = members.map(({ name, port, lab }) => {
    const files = `ansible_ssh_private_key_file: ${lab.paths.clientKey}, ansible_ssh_common_args: -o UserKnownHostsFile=${lab.paths.knownHosts}`;
    return `    ${name}: { ansible_host: 127.0.0.1, ansible_port: ${port}, ansible_user: root, ${files} }\n`;
  });
  mkdirSync(join(desk, 'runbooks'));
  writeFileSync(join(desk, 'runbooks/mark.yaml'), MARK);
  writeFileSync(join(desk, 'hosts.yaml'), `all:\n  hosts:\n${hosts.join('')}`);
  const where = ['-i', join(desk, 'hosts.yaml'), '--state-dir', join(desk, 'state')];
  const marked = () => members.filter(({ tree }) => existsSync(join(tree, 'etc/marked'))).length;
  const apply = (...more: readonly string[]) => [
    'apply',
    join(desk, 'runbooks/mark.yaml'),
    ...where,
    '--hosts',
    'all',
    '--max-hosts',
    '12',
    ...more,
  ];

  /** Says yes to a question, and types an answer to what follows. */
  async function answered(command: readonly string[], verb: RegExp, typed: string) {
    const pty = Pty.runbook(command, { columns: 100 });
    await pty.waitFor(verb);
    await pty.waitFor(/\? Change 12 hosts\?[\s\S]*Diff:/);
    pty.type(DOWN, RETURN);
    await pty.waitFor(/\? How many hosts\? Type their number; all else is no:/);
    pty.type(typed, ...(typed === CTRL_C ? [] : [RETURN]));
    return { code: await pty.exitCode(), text: pty.screen.text };
  }

  test.for<[string, string, number]>([
    ['y', 'y', 5],
    ['Return alone', '', 5],
    ['another number', '11', 5],
    ['Ctrl-C', CTRL_C, 130],
  ])('is not answered by yes and %s: no host is changed', async ([, typed, code]) => {
    const ended = await answered(apply(), /Apply mark on 12 hosts/, typed);
    expect([ended.code, marked()]).toEqual([code, 0]);
    if (code === 5) expect(ended.text).toMatch(/That is not their number, so it is a no\.[\s\S]*apply declined/);
  });

  test('is answered by their number, before an apply and before a rollback', async () => {
    const applied = await answered(apply(), /Apply mark on 12 hosts/, '12');
    expect([applied.code, marked()]).toEqual([0, 12]);
    const refused = await answered(['rollback', 'last', ...where], /Roll back mark on 12 hosts/, 'y');
    expect([refused.code, marked()]).toEqual([5, 12]);
    const back = await answered(['rollback', 'last', ...where], /Roll back mark on 12 hosts/, '12');
    expect([back.code, marked()]).toEqual([0, 0]);
  });

  test('is not put to who passed -y', async () => {
    expect(await runbook(apply('-y'))).toMatchObject({ code: 0 });
    expect(marked()).toBe(12);
  });
});

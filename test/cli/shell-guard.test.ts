import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunOptions } from '../../src/cli/options.ts';
import { runRunbook } from '../../src/cli/run-runbook.ts';
import { runbook } from '../lab/command-line.ts';
import { fakeWorld } from './rig.ts';

const HEAD = 'apiVersion: runbook/v1\nname: fix\nsummary: A fix\n';

/** How a command on a runbook ends that nobody signed, and what it says. */
async function run(kind: 'diagnose' | 'plan' | 'apply', text: string, more: Partial<RunOptions> = {}) {
  const { world, err } = fakeWorld();
  writeFileSync(join(world.cwd, 'hosts.yaml'), 'all: { hosts: { h1: { ansible_host: 127.0.0.1, ansible_port: 1 } } }\n');
  writeFileSync(join(world.cwd, 'fix.yaml'), HEAD + text);
  const options = { color: 'never' as const, inventory: [join(world.cwd, 'hosts.yaml')], ...more };
  const code = await runRunbook(world, { kind, name: './fix.yaml', options, yes: true, detailedExitCode: false });
  return { code, said: err.text.replaceAll(/\s+/g, ' ') };
}

/** Runbooks for hosts that the inventory does not have, so that what is not refused gets as far as looking for them. */
const NOWHERE = 'hosts: not-there\n';
const PROBE = `${NOWHERE}diagnose: [{ id: look, uses: command.probe, with: { argv: [sh, -c, 'ls | wc -l'], read_only: true } }]\n`;
const REMEDY = (words: string, more = '') => `${NOWHERE}remediate: [{ id: mend, uses: command.run, with: { ${words} }${more} }]\n`;

describe('a runbook with shell text that nobody signed', () => {
  test.each([
    ['a read', PROBE],
    ['a change', REMEDY("argv: [bash, -lc, 'rm x'], irreversible: gone")],
    ['the way back', REMEDY("argv: [swapoff, -a], undo: [sh, -c, 'swapon -a']")],
    ['what tells whether there is anything to do', REMEDY("argv: [swapoff, -a], undo: [swapon, -a], unless: { argv: [sh, -c, 'test x'] }")],
    ['what expressions stand in', REMEDY("argv: [sh, -c, 'echo ${{ facts.hostname }}'], irreversible: said")],
  ])('is run by no command when %s is', async (_what, text) => {
    for (const kind of ['diagnose', 'plan', 'apply'] as const) {
      const { code, said } = await run(kind, text);
      expect(code).toBe(1);
      expect(said).toMatch(/fix runs shell text: \w+ step (look|mend).*fix\.yaml:\d+:\d+.*--allow-shell/);
    }
  });

  test('nor when it is what judges a file', async () => {
    const step = "{ uses: file.content, with: { path: /etc/x, content: y }, validate: [sh, -c, 'test -s %s'] }";
    expect((await run('apply', `${NOWHERE}remediate: [${step}]\n`)).said).toContain('runs shell text: remediate step remediate-1');
  });

  test('is run with --allow-shell', async () => {
    expect((await run('plan', PROBE, { allowShell: true })).said).toContain('not-there');
  });

  test('says so in show, to people and as data', async () => {
    const { world } = fakeWorld();
    writeFileSync(join(world.cwd, 'fix.yaml'), HEAD + PROBE);
    expect((await runbook(['show', './fix.yaml'], { cwd: world.cwd })).out).toMatch(/look .*: shell text/);
    const data = JSON.parse((await runbook(['show', './fix.yaml', '--json'], { cwd: world.cwd })).out);
    expect(data.diagnose).toMatchObject([{ id: 'look', shell_text: true }]);
  });
});

describe('a command that becomes shell text by what an expression gives', () => {
  const text = `hosts: h1
inputs: { program: { type: string, description: what to run } }
diagnose: [{ id: look, uses: command.probe, with: { argv: ['\${{ inputs.program }}', -c, 'id'], read_only: true } }]
`;

  test('is refused before any host is reached, whatever is allowed', async () => {
    const { code, said } = await run('plan', text, { input: ['program=/bin/sh'], allowShell: true });
    expect(code).toBe(1);
    expect(said).toContain('the command of step look becomes shell text only by its expressions');
  });

  test('is run where it does not', async () => {
    const { code, said } = await run('plan', text, { input: ['program=grep'] });
    expect(code).toBe(4);
    expect(said).not.toContain('shell text');
  });
});

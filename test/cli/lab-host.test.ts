import { expect, test } from 'vitest';
import { checkLab, isOfLab } from '../../src/cli/lab-host.ts';
import { failureText, readText, unwrap } from '../inventory/memory-io.ts';

test.each([
  ['hosts', 'lab-1 runbook_lab=true\n', true],
  ['hosts', 'lab-1 runbook_lab=True\n', true],
  ['hosts', 'lab-1 runbook_lab=yes\n', true],
  ['hosts', 'lab-1 runbook_lab=false\n', false],
  ['hosts', 'lab-1\n', false],
  ['hosts.yaml', 'all: { hosts: { lab-1: { runbook_lab: true } } }\n', true],
])('a host is of the practice fleet by a yes in any inventory: %s, %j', async (file, text, expected) => {
  const [host = { name: '', groups: [], vars: {} }] = unwrap(await readText(file, text)).hosts;
  expect([isOfLab(host), failureText(checkLab(host))]).toEqual([expected, 'no failure']);
});

test('a host of which that is not clear is refused', () => {
  const host = { name: 'lab-1', groups: [], vars: { runbook_lab: 'perhaps' } };
  expect([isOfLab(host), failureText(checkLab(host))]).toEqual([false, 'runbook_lab of lab-1 is neither yes nor no: "perhaps"']);
});

import { describe, expect, test } from 'vitest';
import { readInventory } from '../../src/inventory/read-inventory.ts';
import { limitedGroups, protectedHosts } from '../../src/inventory/rollout-variables.ts';
import { failureText, memoryIo, readText, unwrap } from './memory-io.ts';

const TEXT = `[db]
d1
d2
d3 runbook_protected=false
[prod:children]
db
web
[web]
w1
[prod:vars]
runbook_protected=yes
[alone]
a1 runbook_protected=True
a2
`;

describe('protected hosts', () => {
  test('are those of a group that says so, or say so themselves, by the name of the innermost', async () => {
    expect([...protectedHosts(unwrap(await readText('hosts', TEXT)))]).toEqual([
      ['d1', 'prod'],
      ['d2', 'prod'],
      ['w1', 'prod'],
      ['a1', 'a1'],
    ]);
    const files = { hosts: TEXT, 'group_vars/db.yml': 'runbook_protected: true\n' };
    expect(Object.fromEntries(protectedHosts(unwrap(await readInventory(['hosts'], memoryIo(files)))))).toEqual({
      a1: 'a1',
      d1: 'db',
      d2: 'db',
      w1: 'prod',
    });
  });

  test.each([
    ['runbook_protected=0', false],
    ['runbook_protected=no', false],
    ['runbook_protected=None', false],
    ['runbook_protected=maybe', true],
    ['runbook_protected=[]', true],
    ['runbook_protected=', true],
  ])('with %s there is one: %s', async (text, expected) => {
    expect(protectedHosts(unwrap(await readText('hosts', `h1 ${text}\n`))).has('h1')).toBe(expected);
  });
});

describe('groups with a limit of their own', () => {
  test('have a number or a percentage of their hosts, those of their children too', async () => {
    const inventory = unwrap(
      await readText('hosts', `${TEXT}[db:vars]\nrunbook_max_unavailable=1\n[prod:vars]\nrunbook_max_unavailable=25%\n`),
    );
    expect(unwrap(limitedGroups(inventory))).toEqual([
      { group: 'db', size: { hosts: 1 }, hosts: ['d1', 'd2', 'd3'] },
      { group: 'prod', size: { percent: 25 }, hosts: ['d1', 'd2', 'd3', 'w1'] },
    ]);
  });

  test.each(['0', '-1', '1.5', '101%', 'one', '[1]', 'True'])('%s is no limit', async (value) => {
    const inventory = unwrap(await readText('hosts', `[db]\nh\n[db:vars]\nrunbook_max_unavailable=${value}\n`));
    expect(failureText(limitedGroups(inventory))).toMatch(
      /^runbook_max_unavailable of group db must be a number of hosts from 1, or a percentage to 100%, but is /,
    );
  });
});

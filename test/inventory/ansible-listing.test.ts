import { expect, test } from 'vitest';
import { ansibleListing } from '../../src/inventory/ansible-listing.ts';
import { inventoryGraph } from '../../src/inventory/inventory-graph.ts';
import { readText, unwrap } from './memory-io.ts';

const TEXT =
  'lone\n[web]\nh1 x=1\nh2\n[prod:children]\nweb\n[empty]\n[prod:vars]\ny=2\nansible_group_priority=3\n[web:vars]\nd={"a": [1, None]}\n';
const ALL = new Set(['lone', 'h1', 'h2']);

test('the listing has the form that ansible-inventory prints', async () => {
  expect(ansibleListing(unwrap(await readText('hosts', TEXT)), ALL)).toEqual({
    _meta: { hostvars: { h1: { x: 1, y: 2, d: { a: [1, null] } }, h2: { y: 2, d: { a: [1, null] } } } },
    all: { children: ['ungrouped', 'prod', 'empty'] },
    ungrouped: { hosts: ['lone'] },
    web: { hosts: ['h1', 'h2'] },
    prod: { children: ['web'] },
  });
});

test('a limit leaves hosts out of a listing, and keeps the groups', async () => {
  expect(ansibleListing(unwrap(await readText('hosts', TEXT)), new Set(['h2']))).toEqual({
    _meta: { hostvars: { h2: { y: 2, d: { a: [1, null] } } } },
    all: { children: ['ungrouped', 'prod', 'empty'] },
    web: { hosts: ['h2'] },
    prod: { children: ['web'] },
  });
});

test('the graph is the one that ansible-inventory draws', async () => {
  const inventory = unwrap(await readText('hosts', TEXT));
  expect(inventoryGraph(inventory, 'all', { shown: ALL, vars: false })).toEqual([
    '@all:',
    '  |--@ungrouped:',
    '  |  |--lone',
    '  |--@prod:',
    '  |  |--@web:',
    '  |  |  |--h1',
    '  |  |  |--h2',
    '  |--@empty:',
  ]);
  expect(inventoryGraph(inventory, 'prod', { shown: new Set(['h1']), vars: true })).toEqual([
    '@prod:',
    '  |--@web:',
    '  |  |--h1',
    "  |  |  |--{d = {'a': [1, None]}}",
    '  |  |  |--{x = 1}',
    '  |  |  |--{y = 2}',
    "  |  |--{d = {'a': [1, None]}}",
    '  |--{ansible_group_priority = 3}',
    '  |--{y = 2}',
  ]);
});

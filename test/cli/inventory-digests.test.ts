import { expect, test } from 'vitest';
import { type Asked, inventoryDifferences, savedInventory } from '../../src/cli/inventory-digests.ts';
import { fail, ok } from '../../src/domain/failure.ts';
import type { Host } from '../../src/domain/host.ts';

const web: Host = { name: 'web1', groups: ['all', 'web'], vars: { ansible_host: '192.0.2.1', rack: { row: 1, place: 2 } } };
const db: Host = { name: 'db1', groups: ['all', 'db'], vars: {} };
const nobody = fail('not-found', 'the inventory has no cache');
const asked: Asked = new Map([
  ['db[0]', ok(db)],
  ['cache', nobody],
]);
const saved = savedInventory('/srv', ['hosts.yaml', 'a,b,'], [web], asked);

/** What differs when the inventory has this web1 and gives these answers. */
const differences = (host: Host | undefined, answers = asked) =>
  inventoryDifferences(saved, new Map(host ? [[host.name, host]] : []), (pattern) => answers.get(pattern) ?? nobody);

test('files are named by absolute paths, and a list of hosts is none', () => {
  expect(saved.sources).toEqual(['/srv/hosts.yaml', 'a,b,']);
});

test('an inventory that says the same, in whatever order, differs in nothing', () => {
  expect(differences({ ...web, vars: { rack: { place: 2, row: 1 }, ansible_host: '192.0.2.1' } })).toEqual([]);
});

test.each<[string, Host | undefined]>([
  ['has another address', { ...web, vars: { ...web.vars, ansible_host: '192.0.2.2' } }],
  ['has a variable more', { ...web, vars: { ...web.vars, port: 1 } }],
  ['is in another group', { ...web, groups: ['all'] }],
  ['is gone', undefined],
])('a host that %s is told', (_, host) => {
  expect(differences(host)).toEqual(['web1']);
});

test('another answer to a pattern that steps ask is told', () => {
  expect(differences(web, new Map([['db[0]', ok(web)]]))).toEqual(['db[0]']);
  expect(differences(web, new Map([...asked, ['cache', ok(db)]]))).toEqual(['cache']);
});

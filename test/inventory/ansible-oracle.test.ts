import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Inventory } from '../../src/domain/host.ts';
import type { Json } from '../../src/domain/json.ts';
import { parseAddress } from '../../src/inventory/host-address.ts';
import { expandRange } from '../../src/inventory/host-range.ts';
import { nodeInventoryIo } from '../../src/inventory/node-inventory-io.ts';
import { iniValue } from '../../src/inventory/python-literal.ts';
import { readInventory } from '../../src/inventory/read-inventory.ts';
import { selectHosts } from '../../src/inventory/select-hosts.ts';
import { splitPattern } from '../../src/inventory/split-pattern.ts';
import { failureText, unwrap, varsOf } from './memory-io.ts';

interface Case<Out> {
  readonly in: string;
  readonly out: Out;
  readonly error: string | null;
}

interface Oracle {
  readonly patterns: readonly {
    readonly inventory: string;
    readonly pattern: string;
    readonly hosts: readonly string[];
    readonly order?: string;
  }[];
  readonly split: readonly Case<readonly string[]>[];
  readonly ranges: readonly Case<readonly string[] | null>[];
  readonly ini_values: readonly (Case<Json> & { readonly py_type: string })[];
  readonly addresses: readonly Case<readonly [string, number | null] | null>[];
  readonly groups: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly hostvars: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Json>>>>>>;
}

const directory = join(import.meta.dirname, '../../../shared/ansible-oracle');
const file = join(directory, 'ansible-oracle.json');
const present = existsSync(file);
const title = present ? "Ansible's own answers" : "Ansible's own answers (skipped: ../shared/ansible-oracle is not here)";
const none: Oracle = { patterns: [], split: [], ranges: [], ini_values: [], addresses: [], groups: {}, hostvars: {} };
const oracle: Oracle = present ? JSON.parse(readFileSync(file, 'utf8')) : none;

/** The inventory as Ansible had read it, so that patterns are judged apart from reading. */
function inventoryOf(source: string): Inventory {
  const hosts = Object.entries(oracle.hostvars[source] ?? {}).map(([name, vars]) => ({ name, groups: [], vars }));
  return { sources: [source], hosts, groups: new Map(Object.entries(oracle.groups[source] ?? {})) };
}

/** JSON has nothing for these; their text is kept. */
const PYTHON_ONLY: ReadonlySet<string> = new Set(['complex', 'ellipsis', 'set']);

describe.skipIf(!present)(title, () => {
  test('all 490 cases of patterns select the same hosts in the same order', () => {
    const cases = oracle.patterns.filter(({ order }) => order === undefined || order === 'inventory');
    const inventories = new Map(Object.keys(oracle.groups).map((source) => [source, inventoryOf(source)]));
    const different = cases.filter(({ inventory, pattern, hosts }) => {
      const selected = selectHosts(inventories.get(inventory) ?? inventoryOf(inventory), pattern);
      if (/nosuch/.test(pattern) || hosts.length === 0) return selected.ok;
      return !selected.ok || selected.value.map((host) => host.name).join() !== hosts.join();
    });
    expect(different).toEqual([]);
    expect(cases.length).toBe(490);
  });

  test.each(oracle.split)('pattern "$in" is taken apart the same way', ({ in: text, out }) => {
    expect(splitPattern(text)).toEqual(out);
  });

  test.each(oracle.ranges)('range $in', ({ in: text, out, error }) => {
    const found = expandRange(text);
    if (out !== null) expect(unwrap(found)).toEqual(out);
    else if (/^host range/.test(error ?? '')) expect(failureText(found)).toBe(error);
    else expect(found.ok).toBe(false);
  });

  test.each(oracle.addresses)('address "$in"', ({ in: text, out }) => {
    const found = parseAddress(text);
    expect(found === undefined ? null : [found.host, found.port ?? null]).toEqual(out);
  });

  test.each(oracle.ini_values)('INI value $in', ({ in: text, out, py_type: type }) => {
    expect(iniValue(text)).toEqual(PYTHON_ONLY.has(type) ? text : out);
  });

  test('the INI inventory has the same groups, order and variables', async () => {
    const inventory = unwrap(await readInventory([join(directory, 'hosts.ini')], nodeInventoryIo));
    expect([...inventory.groups]).toEqual(Object.entries(oracle.groups['hosts.ini'] ?? {}));
    expect(varsOf(inventory)).toEqual(oracle.hostvars['hosts.ini']);
    expect(inventory.hosts.map((host) => host.name)).toEqual(Object.keys(oracle.hostvars['hosts.ini'] ?? {}));
  });

  test('the directory, with a script in it, has the same groups, order and variables', async () => {
    const inventory = unwrap(await readInventory([join(directory, 'invdir')], nodeInventoryIo));
    expect([...inventory.groups]).toEqual(Object.entries(oracle.groups['invdir'] ?? {}));
    expect(varsOf(inventory)).toEqual(oracle.hostvars['invdir']);
    expect(inventory.hosts.map((host) => host.name)).toEqual(Object.keys(oracle.hostvars['invdir'] ?? {}));
  });
});

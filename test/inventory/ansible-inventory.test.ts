import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ansibleListing } from '../../src/inventory/ansible-listing.ts';
import type { GroupedInventory } from '../../src/inventory/assemble.ts';
import { inventoryGraph } from '../../src/inventory/inventory-graph.ts';
import { nodeInventoryIo } from '../../src/inventory/node-inventory-io.ts';
import { pythonJson } from '../../src/inventory/python-text.ts';
import { readInventory } from '../../src/inventory/read-inventory.ts';
import { generatedInventories } from './generated-inventories.ts';
import { failureText } from './memory-io.ts';

/** The Python that a real `ansible-inventory` of this machine runs on; undefined without one. */
function pythonOfAnsible(): string | undefined {
  const paths = (process.env['PATH'] ?? '').split(':').map((directory) => join(directory, 'ansible-inventory'));
  const program = paths.find((path) => existsSync(path));
  const python = program === undefined ? undefined : /^#!\s*(\S*python\S*)/.exec(readFileSync(program, 'utf8'))?.[1];
  if (python === undefined) return undefined;
  return spawnSync(python, ['-c', 'import ansible.cli.inventory']).status === 0 ? python : undefined;
}

const python = pythonOfAnsible();
const name = 'what a real ansible-inventory prints';
const INVENTORIES = generatedInventories(200, 20_261_126);

describe.skipIf(python === undefined)(python === undefined ? `${name} (skipped: ansible-inventory is not here)` : name, () => {
  let root = '';
  let answers: readonly (readonly [list: string, graph: string])[] = [];

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'runbook-ansible-'));
    for (const [index, { files }] of INVENTORIES.entries()) {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(root, String(index), path)), { recursive: true });
        writeFileSync(join(root, String(index), path), text);
      }
    }
    // Without one of its own it would read that of this machine.
    writeFileSync(join(root, 'ansible.cfg'), '[defaults]\n');
    const input = JSON.stringify(INVENTORIES.map(({ sources }, index) => [join(root, String(index)), sources]));
    const env = {
      PATH: process.env['PATH'],
      HOME: root,
      LC_ALL: 'C.UTF-8',
      ANSIBLE_CONFIG: join(root, 'ansible.cfg'),
      ANSIBLE_LOCAL_TEMP: join(root, 'tmp'),
    };
    const ran = spawnSync(python ?? '', [join(import.meta.dirname, 'ansible-inventory.py')], {
      input,
      env,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    if (ran.status !== 0) throw new Error(ran.stderr);
    answers = JSON.parse(ran.stdout);
  }, 90_000);

  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test('is printed for 200 generated inventories as well, and so is the graph', async () => {
    const differences: object[] = [];
    for (const [index, { sources }] of INVENTORIES.entries()) {
      const paths = sources.map((source) => (source.includes(',') ? source : join(root, String(index), source)));
      const read = await readInventory(paths, nodeInventoryIo);
      const [list = '', graph = ''] = answers[index] ?? [];
      // A float without a fraction keeps its point in Python, and a tuple its brackets; as values of JSON they are the same.
      const theirs = `${pythonJson(JSON.parse(list))}\n${graph.replaceAll("(1, 'x')", "[1, 'x']")}`;
      const ours = read.ok ? printed(read.value) : failureText(read);
      if (ours !== theirs) differences.push({ index, ours: linesNotIn(ours, theirs), theirs: linesNotIn(theirs, ours) });
    }
    expect(differences.slice(0, 3)).toEqual([]);
    expect(differences.length).toBe(0);
  });
});

function printed(inventory: GroupedInventory): string {
  const shown = new Set(inventory.groups.get('all'));
  const graph = inventoryGraph(inventory, 'all', { shown, vars: true });
  return [pythonJson(ansibleListing(inventory, shown)), ...graph].join('\n');
}

function linesNotIn(text: string, other: string): readonly string[] {
  const known = new Set(other.split('\n'));
  return text.split('\n').filter((line) => !known.has(line));
}

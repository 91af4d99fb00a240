import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { savedInventory } from '../../src/cli/inventory-digests.ts';
import { runbook } from '../lab/command-line.ts';
import { fakeWorld } from './rig.ts';

test('nodes of a cluster are had from the kubectl in PATH, without a shell between', async () => {
  const { world } = fakeWorld();
  const bin = join(world.cwd, 'bin');
  mkdirSync(bin);
  const stub = join(bin, 'kubectl');
  const list = JSON.stringify({ items: [{ metadata: { name: 'cp1', labels: { 'node-role.kubernetes.io/control-plane': '' } } }] });
  writeFileSync(stub, `#!/bin/sh\nprintf '%s\\n' "$@" > ${world.cwd}/arguments\necho '${list}'\n`);
  chmodSync(stub, 0o755);
  const env = { PATH: `${bin}:${process.env['PATH']}`, RUNBOOK_INVENTORY: "kubernetes:?context=a b;$(id)'" };
  const { code, out, err } = await runbook(['inventory', 'control_plane'], { cwd: world.cwd, env });
  expect({ code, out, err }).toEqual({ code: 0, out: 'cp1\n', err: "inventory: kubernetes:?context=a b;$(id)' ($RUNBOOK_INVENTORY)\n" });
  expect(readFileSync(join(world.cwd, 'arguments'), 'utf8')).toBe(
    `get\nnodes\n--output=json\n--request-timeout=60s\n--context=a b;$(id)'\n`,
  );
});

test('a cluster is no path, and stands in a saved plan as it was named', () => {
  expect(savedInventory('/here', ['kubernetes:?context=x', 'hosts', 'a,b'], [], new Map()).sources).toEqual([
    'kubernetes:?context=x',
    '/here/hosts',
    'a,b',
  ]);
});

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ListOptions } from '../../src/cli/inventory.ts';
import { showInventory } from '../../src/cli/show-inventory.ts';
import { runbook } from '../lab/command-line.ts';
import { fakeWorld } from './rig.ts';

async function shown(options: Partial<ListOptions>, pattern?: string) {
  const { world, out, err } = fakeWorld();
  mkdirSync(join(world.cwd, 'group_vars'));
  const source = join(world.cwd, 'hosts');
  writeFileSync(source, '[web]\nh[1:3] x=1\n[prod:children]\nweb\n[db]\nh4\n');
  writeFileSync(join(world.cwd, 'group_vars/web.yml'), 'y: [a]\n');
  const code = await showInventory(world, pattern, { color: 'never', inventory: [source], ...options });
  return { code, out: out.text, err: err.text };
}

describe('runbook inventory', () => {
  test('names hosts, one a line or as a JSON list, in the order in which they are worked on', async () => {
    expect(await shown({})).toEqual({ code: 0, out: 'h4\nh1\nh2\nh3\n', err: '' });
    expect(await shown({ limit: '!h2' }, 'web')).toEqual({ code: 0, out: 'h1\nh3\n', err: '' });
    expect(JSON.parse((await shown({ json: true }, 'web[1:],h1,!h2')).out)).toEqual(['h3', 'h1']);
  });

  test('lists and draws what a pattern and a limit leave', async () => {
    const { _meta: meta, ...groups } = JSON.parse((await shown({ list: true, limit: 'h1' }, 'web')).out);
    expect(meta).toEqual({ hostvars: { h1: { x: 1, y: ['a'] } } });
    expect(groups).toEqual({ all: { children: ['ungrouped', 'prod', 'db'] }, prod: { children: ['web'] }, web: { hosts: ['h1'] } });
    expect((await shown({ graph: true, vars: true, limit: 'h1' }, 'prod')).out).toBe(
      "@prod:\n  |--@web:\n  |  |--h1\n  |  |  |--{x = 1}\n  |  |  |--{y = ['a']}\n  |  |--{y = ['a']}\n",
    );
  });

  test('draws as data what it would draw as text', async () => {
    const { out } = await shown({ graph: true, vars: true, limit: 'h1', json: true }, 'prod');
    const web = { group: 'web', hosts: [{ name: 'h1', vars: { x: 1, y: ['a'] } }], children: [], vars: { y: ['a'] } };
    expect(JSON.parse(out)).toEqual({ group: 'prod', hosts: [], children: [web], vars: {} });
    expect(JSON.parse((await shown({ graph: true, json: true })).out)).toMatchObject({ group: 'all', hosts: [] });
  });

  test('lets no control character of a source through, and changes no value', async () => {
    const { world, out } = fakeWorld();
    const source = join(world.cwd, 'hosts.yaml');
    const x = 'a\u009bb\u202ec\u{e0041}';
    writeFileSync(source, `all: { hosts: { h: { x: ${JSON.stringify(x)} } } }\n`);
    expect(await showInventory(world, undefined, { color: 'never', inventory: [source], host: 'h' })).toBe(0);
    expect(out.text).toMatch(/^[\x20-\x7e\n]+$/);
    expect(JSON.parse(out.text)).toEqual({ x });
  });

  test('prints the variables of one host', async () => {
    expect(JSON.parse((await shown({ host: 'h2' })).out)).toEqual({ x: 1, y: ['a'] });
  });

  test.each([
    [{ host: 'h22' }, undefined, 'the inventory has no host h22'],
    [{ host: 'h1', limit: 'h2' }, undefined, 'the limit leaves out h1'],
    [{ graph: true as const }, 'wep', 'the inventory has no group wep'],
    [{ list: true as const }, 'nosuch', 'no group or host is called "nosuch"'],
    [{ limit: 'nosuch' }, undefined, 'no group or host is called "nosuch"'],
  ])('%j of %j is an error', async (options, pattern, message) => {
    const { code, out, err } = await shown(options, pattern);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(message);
  });

  test('is asked for one thing at a time', async () => {
    const both = await runbook(['inventory', '-i', 'h1,', '--list', '--graph']);
    expect({ code: both.code, out: both.out }).toEqual({ code: 1, out: '' });
    expect(both.err).toContain("option '--list' cannot be used with option '--graph'");
    expect((await runbook(['inventory', '-i', 'h1,', '--vars'])).err).toContain('--vars is for --graph');
  });
});

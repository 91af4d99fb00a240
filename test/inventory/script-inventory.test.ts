import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/domain/json.ts';
import { readInventory } from '../../src/inventory/read-inventory.ts';
import { failureText, type MemoryProgram, memoryIo, unwrap, varsOf } from './memory-io.ts';

const read = (program: MemoryProgram, text = '#!/bin/sh\n') =>
  readInventory(['inv.sh'], memoryIo({ 'inv.sh': text }, { 'inv.sh': program }));

/** A script that prints this for `--list`, and for `--host` what stands under the name. */
function script(list: Json, hosts: Readonly<Record<string, Json>> = {}): MemoryProgram {
  return ([what, host = '']) => {
    if (what === '--list') return JSON.stringify(list);
    return host in hosts ? JSON.stringify(hosts[host]) : '';
  };
}

describe('an inventory script', () => {
  test('lists groups with hosts, variables and children, in their short forms as well', async () => {
    const inventory = unwrap(
      await read(
        script({
          web: { hosts: ['h1', 'h2'], vars: { x: 1, ansible_group_priority: 5 }, children: ['sub'] },
          sub: ['h3'],
          solo: { k: 'v', text: { __ansible_unsafe: '{{ x }}' } },
          _meta: { hostvars: { h1: { y: 2 }, elsewhere: { y: 3 } } },
        }),
      ),
    );
    expect([...inventory.groups]).toEqual([
      ['all', ['h1', 'h2', 'solo', 'h3']],
      ['ungrouped', []],
      ['web', ['h1', 'h2', 'h3']],
      ['sub', ['h3']],
      ['solo', ['solo']],
    ]);
    expect(varsOf(inventory)).toEqual({ h1: { x: 1, y: 2 }, h2: { x: 1 }, h3: { x: 1 }, solo: { k: 'v', text: '{{ x }}' } });
  });

  test('is asked for each host when it prints no _meta.hostvars, and may say nothing', async () => {
    const asked: string[] = [];
    const program: MemoryProgram = (args) => {
      asked.push(args.join(' '));
      return script({ web: ['h1', 'h2'], _meta: {} }, { h1: { y: 2 } })(args);
    };
    expect(varsOf(unwrap(await read(program)))).toEqual({ h1: { y: 2 }, h2: {} });
    expect(asked).toEqual(['--list', '--host h1', '--host h2']);
  });

  test('is what may be executed and begins with "#!", or is machine code; other text is read', async () => {
    const list = script({ web: ['h1'] });
    expect(Object.keys(varsOf(unwrap(await read(list, '\x7fELF\0'))))).toEqual(['h1']);
    expect(Object.keys(varsOf(unwrap(await read(list, '[web]\nh2\n'))))).toEqual(['h2']);
    const denied = await readInventory(['inv.sh'], memoryIo({ 'inv.sh': '#!/bin/sh\n' }));
    expect(failureText(denied)).toBe('inv.sh:1:1: this is a script, but you may not execute it (chmod +x inv.sh)');
  });

  const failures: readonly (readonly [string, MemoryProgram, string])[] = [
    [
      'ends badly',
      () => ({ end: { kind: 'exited', code: 3 }, stderr: 'Traceback\nKeyError: token\n\n' }),
      'the inventory script (--list) ended with exit code 3: KeyError: token',
    ],
    ['is killed', () => ({ end: { kind: 'signalled', signal: 'SIGSEGV' } }), 'the inventory script (--list) was ended by SIGSEGV'],
    ['hangs', () => ({ end: { kind: 'timed-out' } }), 'the inventory script (--list) took more than 120 s and was ended'],
    ['floods', () => ({ end: { kind: 'flooded' } }), 'the inventory script (--list) printed more than 67108864 bytes and was ended'],
    [
      'names an interpreter that is not there',
      () => ({ end: { kind: 'not-started', why: 'ENOENT' } }),
      'the inventory script (--list) cannot be started: there is no such program, or none that its first line names',
    ],
    ['prints bytes', () => ({ stdout: Buffer.of(0xff) }), 'the inventory script (--list) printed something else than UTF-8 text'],
    ['prints nothing', () => '', 'what it printed for --list is not valid JSON'],
    ['prints half', () => '{"web": [\n"h1",', 'what it printed for --list is not valid JSON'],
    ['prints a list', () => '["h1"]', 'what it printed for --list must be a JSON object'],
    [
      'prints a key that is part of objects',
      () => '{"web": {"vars": {"a": {"__proto__": 1}}}}',
      'what it printed for --list holds "__proto__", which cannot be a key',
    ],
    ['names hosts in an object', script({ web: { hosts: { h1: {} } } }), 'the hosts of group "web" must be a list'],
    ['names a number', script({ web: [1] }), 'a host of group "web" must be text, not 1'],
    [
      'names an option',
      script({ web: ['-oProxyCommand=x'] }),
      'the host name "-oProxyCommand=x" cannot be used: a host name may not begin with "-"',
    ],
    ['lists variables', script({ web: { vars: [1] } }), 'the variables of "web" must be an object'],
    ['names children in text', script({ web: { children: 'db' } }), 'the children of group "web" must be a list'],
    ['names a group as its own child', script({ web: { children: ['web'] } }), 'group "web" cannot be its own child'],
    ['has host variables in a list', script({ web: ['h1'], _meta: { hostvars: [] } }), '_meta.hostvars must be an object'],
    ['has a host with text', script({ web: ['h1'], _meta: { hostvars: { h1: 'x' } } }), 'the variables of "h1" must be an object'],
    [
      'answers badly for a host',
      ([what]) => (what === '--list' ? '{"web": ["h1"]}' : 'x'),
      'what it printed for --host h1 is not valid JSON',
    ],
    ['names no host', script({ web: [] }), 'the inventory has no hosts: inv.sh'],
  ];
  test.each(failures)('that %s is a failure that names it', async (_, program, message) => {
    const text = failureText(await read(program));
    expect(text.replace(/^inv\.sh(:\d+:\d+)?: /, '')).toBe(message);
    expect(text).toMatch(/^inv\.sh/);
  });
});

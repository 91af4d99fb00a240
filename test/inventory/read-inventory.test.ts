import { describe, expect, test } from 'vitest';
import { readInventory } from '../../src/inventory/read-inventory.ts';
import { failureText, memoryIo, readText, unwrap, varsOf } from './memory-io.ts';

describe('several sources', () => {
  test('are merged in the order given, and the later one wins', async () => {
    const files = {
      'a.ini': '[web]\nh1 x=1 y=1\nh2\n[web:vars]\nz=1\n',
      'b.yml': 'web: { hosts: { h1: { x: 2 }, h3: }, vars: { z: 2 } }\n',
    };
    const inventory = unwrap(await readInventory(['a.ini', 'b.yml', 'h4:22,h1'], memoryIo(files)));
    expect(varsOf(inventory)).toEqual({ h1: { x: 2, y: 1, z: 2 }, h2: { z: 2 }, h3: { z: 2 }, h4: { ansible_port: 22 } });
    expect(inventory.groups.get('web')).toEqual(['h1', 'h2', 'h3']);
    expect(inventory.groups.get('ungrouped')).toEqual(['h4']);
    expect(inventory.sources).toEqual(['a.ini', 'b.yml', 'h4:22,h1']);
  });

  test('may define a group for one another', async () => {
    const files = { 'a.ini': '[web]\nh1\n', 'b.ini': '[prod:children]\nweb\n[web:vars]\nx=1\n' };
    const inventory = unwrap(await readInventory(['a.ini', 'b.ini'], memoryIo(files)));
    expect(inventory.groups.get('prod')).toEqual(['h1']);
    expect(varsOf(inventory)).toEqual({ h1: { x: 1 } });
  });
});

describe('variables of groups', () => {
  test('of a deeper group win; at one depth the priority counts, then the name', async () => {
    const text = `
all: { vars: { a: all, b: all, c: all, d: all } }
zz: { hosts: h, vars: { b: zz, c: zz, d: zz } }
aa: { hosts: h, vars: { b: aa, c: aa, ansible_group_priority: 5 } }
top: { children: { deep: { hosts: h, vars: { c: deep } } }, vars: { c: top } }
`;
    expect(varsOf(unwrap(await readText('h', text)))).toEqual({ h: { a: 'all', b: 'aa', c: 'deep', d: 'zz' } });
  });

  test('from files beside the source win over inline ones, also those of all over those of a group', async () => {
    const files = {
      'inv/hosts.yml': 'web: { hosts: { h1: { e: inline }, h2: }, vars: { a: inline, b: inline, c: inline, d: inline } }\n',
      'inv/group_vars/all.yml': 'b: all\nc: all\nd: all\n',
      'inv/group_vars/web/1.yml': 'c: web1\nd: web1\n',
      'inv/group_vars/web/2': 'd: web2\n',
      'inv/group_vars/web/3.txt': 'd: ignored\n',
      'inv/group_vars/other.yml': 'a: [unclosed',
      'inv/host_vars/h1': 'e: file\n',
    };
    const web = { a: 'inline', b: 'all', c: 'web1', d: 'web2' };
    expect(varsOf(unwrap(await readInventory(['inv/hosts.yml'], memoryIo(files))))).toEqual({ h1: { ...web, e: 'file' }, h2: web });
  });

  test('from files beside the runbook win over those beside the source, of all as of a group and of a host', async () => {
    const text = 'a: 1\nb: 1\nc: 1\n';
    const files = {
      'inv/hosts': '[web]\nh x=1\n',
      'inv/group_vars/all': text,
      'inv/group_vars/web': 'b: 2\nc: 2\n',
      'inv/host_vars/h': 'c: 3\nx: 3\n',
      'book/group_vars/all': 'a: book\nb: book\n',
      'book/group_vars/web.yml': 'c: book\n',
      'book/host_vars/h': 'x: book\n',
    };
    const read = readInventory(['inv/hosts'], memoryIo(files), { runbookDirectory: 'book' });
    expect(varsOf(unwrap(await read))).toEqual({ h: { a: 'book', b: 2, c: 3, x: 'book' } });
  });

  test.each([
    ['a: [', /^group_vars\/all\.yml:\d+:\d+: not valid YAML: /],
    ['- a', /^group_vars\/all\.yml:1:1: a file of variables must be a mapping$/],
  ])('in the file %j are refused with their place', async (text, message) => {
    const read = await readInventory(['hosts'], memoryIo({ hosts: 'h\n', 'group_vars/all.yml': text }));
    expect(failureText(read)).toMatch(message);
  });
});

describe('an inventory directory', () => {
  test('is read in order of names, without backups, hidden files and variables', async () => {
    const files = {
      'inv/02.yml': 'all: { vars: { x: second } }\n',
      'inv/01': 'h1 x=host\nh2\n',
      'inv/sub/hosts.ini': 'h3\n',
      'inv/.hidden': 'junk1\n',
      'inv/old.bak': 'junk2\n',
      'inv/hosts~': 'junk3\n',
      'inv/a.cfg': 'junk4\n',
      'inv/host_vars/h2.yml': 'y: 1\n',
    };
    expect(varsOf(unwrap(await readInventory(['inv'], memoryIo(files))))).toEqual({
      h1: { x: 'host' },
      h2: { x: 'second', y: 1 },
      h3: { x: 'second' },
    });
  });

  test('without an inventory in it is an error', async () => {
    const read = await readInventory(['inv'], memoryIo({ 'inv/README.md': 'x' }));
    expect(failureText(read)).toBe('inv: the inventory directory inv has no inventory file in it');
  });
});

describe('a source that is not there, or not what it seems', () => {
  test.each([
    [[], 'no inventory was given (give one with -i)'],
    [[' '], 'an inventory source is empty (is a variable unset?)'],
    [['nothere'], 'nothere: there is no inventory nothere (for a single host write "nothere," with a comma)'],
    [['a/b.yml'], 'a/b.yml: there is no inventory a/b.yml (check the path)'],
    [['run.sh'], 'run.sh:1:1: this is a script, but you may not execute it (chmod +x run.sh)'],
    [
      ['vault'],
      'vault:1:1: this inventory is encrypted with ansible-vault as a whole (names of hosts are no secret: encrypt variables, in group_vars and host_vars)',
    ],
    [['binary'], 'binary: binary is no text file'],
    [['a,b[1:3],'], 'a,b[1:3],:1:3: "b[1:3]" is a range, which a list of hosts does not expand (name each host, or use an inventory file)'],
    [['a,-b'], 'a,-b:1:3: the host name "-b" cannot be used: a host name may not begin with "-"'],
    [[','], ',: the inventory has no hosts: ,'],
  ])('%j fails', async (sources, message) => {
    const files = { 'run.sh': '#!/bin/sh\n', vault: '$ANSIBLE_VAULT;1.1;AES256\n', binary: 'a\0b' };
    expect(failureText(await readInventory(sources, memoryIo(files)))).toBe(message);
  });

  test('that cannot be read fails with the reason', async () => {
    const denied = Object.assign(new Error('EACCES: permission denied, open'), { code: 'EACCES' });
    const io = { ...memoryIo({ hosts: '' }), readFile: () => Promise.reject(denied) };
    expect(failureText(await readInventory(['hosts'], io))).toBe('hosts: cannot read hosts: permission denied');
  });

  test.each([
    ['hosts', 'all:\n  hosts: h\n'],
    ['hosts', '# comment\n---\n"web": { hosts: h }\n'],
    ['hosts', '{"web": {"hosts": {"h": {}}}}'],
    ['hosts.prod', '[web]\nh\n'],
    ['hosts', '; comment: x\nh x="a: b"\n'],
    ['hosts', '\uFEFFh:22\r\n'],
    ['hosts', '[web:children]\nx\n[x]\nh\n'],
  ])('%s holding %j is told by its first line', async (path, text) => {
    expect(Object.keys(varsOf(unwrap(await readText(path, text))))).toEqual(['h']);
  });
});

test('ten thousand hosts in a thousand nested groups are read', async () => {
  const groups = Array.from(
    { length: 1_000 },
    (_, group) => `[g${group}]\nh${group}-[0:9].example.com\n[g${group}:children]\ng${group + 1}\n`,
  );
  const inventory = unwrap(await readText('hosts', `${groups.join('')}[g1000]\n`));
  expect(inventory.hosts.length).toBe(10_000);
  expect(inventory.groups.get('g500')?.length).toBe(5_000);
});

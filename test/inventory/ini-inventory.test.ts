import { describe, expect, test } from 'vitest';
import { failureText, readText, unwrap, varsOf } from './memory-io.ts';

const SAMPLE = `
lone:2222
; a comment
[web] # the front
web[01:02].example.com http_port=80 s='a b' note=x#cut
[prod:children]
web
db

[db]
db-[a:b] ansible_host=10.0.0.1 # trailing
web02.example.com

[prod:vars]
y = 5
text = hello # kept
list=[1, 2]
[all:vars]
top=1
`;

describe('an INI inventory', () => {
  test('has groups in order of definition, with the hosts of their children', async () => {
    const inventory = unwrap(await readText('hosts', SAMPLE));
    expect([...inventory.groups]).toEqual([
      ['all', ['lone', 'web01.example.com', 'web02.example.com', 'db-a', 'db-b']],
      ['ungrouped', ['lone']],
      ['web', ['web01.example.com', 'web02.example.com']],
      ['prod', ['web01.example.com', 'web02.example.com', 'db-a', 'db-b']],
      ['db', ['db-a', 'db-b', 'web02.example.com']],
    ]);
    expect(inventory.members.get('prod')).toEqual({ hosts: [], children: ['web', 'db'] });
  });

  test('gives hosts their own variables and those of all their groups, as Python literals', async () => {
    const prod = { top: 1, y: 5, text: 'hello # kept', list: [1, 2] };
    expect(varsOf(unwrap(await readText('hosts', SAMPLE)))).toEqual({
      lone: { top: 1, ansible_port: 2222 },
      'web01.example.com': { ...prod, http_port: 80, s: 'a b', note: 'x' },
      'web02.example.com': { ...prod, http_port: 80, s: 'a b', note: 'x' },
      'db-a': { ...prod, ansible_host: '10.0.0.1' },
      'db-b': { ...prod, ansible_host: '10.0.0.1' },
    });
  });

  test('tells each host all its groups', async () => {
    const inventory = unwrap(await readText('hosts', SAMPLE));
    expect(Object.fromEntries(inventory.hosts.map((host) => [host.name, host.groups.join()]))).toMatchObject({
      lone: 'all,ungrouped',
      'web02.example.com': 'all,web,prod,db',
    });
  });

  test('lets an explicit port win over the one behind the name, and keeps odd names of groups', async () => {
    const inventory = unwrap(await readText('hosts', '[a-b.c]\nh:22 ansible_port=23\n[::1]:2200\nfe80::1\n'));
    expect(varsOf(inventory)).toEqual({ h: { ansible_port: 23 }, '::1': { ansible_port: 2200 }, 'fe80::1': {} });
    expect([...inventory.groups.keys()]).toEqual(['all', 'ungrouped', 'a-b.c']);
  });

  test.each([
    ['[web', 'x:1:1: "[" is not closed in "[web": "[web"'],
    ['[w e b]', 'x:1:1: [w e b] is no section: write [group], [group:children] or [group:vars], without blanks'],
    ['[web:childern]', 'x:1:6: section [web:childern] is of unknown kind "childern" (did you mean "children"?)'],
    ['[web:x]', 'x:1:6: section [web:x] is of unknown kind "x" (a section is [group], [group:children] or [group:vars])'],
    ['[web]\nh\n[wbe:vars]\na=1', 'x:3:1: [wbe:vars] is for a group that is not defined (did you mean "web"?)'],
    ['[web]\nh\n[p:children]\n  wbe', 'x:4:3: there is no group "wbe" to be a child (did you mean "web"?)'],
    ['[p:children]\nnone', 'x:2:1: there is no group "none" to be a child (add a section [none])'],
    ['[web]\nh\n[web:vars]\nnothing', 'x:4:1: expected variable=value in [web:vars], found "nothing"'],
    ['  h1 a=1 h2', 'x:1:10: expected variable=value, found "h2" (one host a line; a value with blanks needs quotes)'],
    ["h a='b", "x:1:1: no closing ' for the one in column 5"],
    ['h[5:1]', 'x:1:1: the range "h[5:1]" names no host: it ends before it begins'],
    ['a\nh[1:]', 'x:2:1: host range must specify end value: "h[1:]"'],
    ['h:', 'x:1:1: "h:" ends in ":", which is there to give a port (is this a YAML file? then its name must end in .yaml or .yml)'],
    ['-oProxyCommand=x', 'x:1:1: the host name "-oProxyCommand=x" cannot be used: a host name may not begin with "-"'],
    ["'a;b'", 'x:1:1: the host name "a;b" cannot be used: a host name may not contain ";", which means something to a shell'],
    ['../etc', 'x:1:1: the host name "../etc" cannot be used: a host name may not begin with "."'],
    ['a/b', 'x:1:1: the host name "a/b" cannot be used: a host name may not contain "/"'],
    ['h __proto__=1', 'x:1:3: "__proto__" cannot be the name of a variable'],
    ['h =1', 'x:1:3: a variable needs a name'],
    ['[a]\nh\n[a:vars]\nansible_group_priority=high', 'x:4:1: ansible_group_priority must be a whole number'],
    ['[a:children]\na', 'x:2:1: group "a" cannot be its own child'],
    ['[a]\nh\n[b:children]\na\n[c:children]\nb\n[a:children]\nc', 'x:6:1: groups contain each other: "c" > "b" > "a" > "c"'],
    ['[a:children]\nb\n[b:children]\na', 'x:4:1: groups contain each other: "b" > "a" > "b"'],
    ['# nothing', 'x: the inventory has no hosts: x'],
  ])('%j fails with its place', async (text, message) => {
    expect(failureText(await readText('x.ini', text)).replaceAll('x.ini', 'x')).toBe(message);
  });
});

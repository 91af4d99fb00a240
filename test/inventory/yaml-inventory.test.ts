import { describe, expect, test } from 'vitest';
import { failureText, readText, unwrap, varsOf } from './memory-io.ts';

const SAMPLE = `
all:
  vars: { ansible_user: ops, on: yes }
  hosts:
    lone:
    "n[1:2]:2200":
      note: &note 010
  children:
    prod:
      vars: &shared
        level: prod
        list: [a, { k: ~ }]
      children:
        web:
          hosts: web1
        db:
    with-dash:
      hosts:
        web1:
        h2: { <<: *shared, level: own, note: *note }
db:
  hosts: { db1: }
`;

describe('a YAML inventory', () => {
  test('has nested groups, ranges, ports, anchors and merge keys', async () => {
    const inventory = unwrap(await readText('hosts', SAMPLE));
    expect([...inventory.groups]).toEqual([
      ['all', ['lone', 'n1', 'n2', 'web1', 'h2', 'db1']],
      ['ungrouped', ['lone', 'n1', 'n2']],
      ['prod', ['web1', 'db1']],
      ['web', ['web1']],
      ['db', ['db1']],
      ['with-dash', ['web1', 'h2']],
    ]);
    const all = { ansible_user: 'ops', on: true };
    const prod = { ...all, level: 'prod', list: ['a', { k: null }] };
    expect(varsOf(inventory)).toEqual({
      lone: all,
      n1: { ...all, ansible_port: 2200, note: 8 },
      n2: { ...all, ansible_port: 2200, note: 8 },
      web1: prod,
      h2: { ...prod, level: 'own', note: 8 },
      db1: prod,
    });
  });

  test('keeps what is encrypted or unsafe as data', async () => {
    const text = 'all:\n  hosts:\n    h:\n      a: !vault |\n        $ANSIBLE_VAULT\n      b: !unsafe "{{ x }}"\n      c: "010"\n';
    expect(varsOf(unwrap(await readText('h.yml', text)))).toEqual({
      h: { a: { __ansible_vault: '$ANSIBLE_VAULT\n' }, b: '{{ x }}', c: '010' },
    });
  });

  test('reads JSON, and warns of keys that Ansible would skip', async () => {
    const inventory = unwrap(await readText('h.json', '{"all": {"hosts": {"h": {"a": [1, null, true]}}, "comment": "x"}}'));
    expect(varsOf(inventory)).toEqual({ h: { a: [1, null, true] } });
    expect(inventory.warnings).toEqual([
      'h.json:1:50: "comment" in group "all" is skipped: a group has hosts, vars and children, but no "comment"',
    ]);
  });

  test.each([
    ['', 'x:1:1: this inventory is empty'],
    ['- a', 'x:1:1: an inventory is a mapping of groups (it begins with "all:" or the name of a group)'],
    ['all:\n  host:\n    h:', 'x:2:3: a group has hosts, vars and children, but no "host" (did you mean "hosts"?)'],
    ['all:\n  hosts:\n    - h', 'x:3:5: "hosts" of group "all" must be a mapping (write "name:" on a line of its own, not "- name")'],
    ['all: h', 'x:1:6: group "all" must be a mapping (write "name:" on a line of its own, not "- name")'],
    ['all:\n  hosts:\n    h: x', 'x:3:8: host "h" must be a mapping (write "name:" on a line of its own, not "- name")'],
    ['all:\n  hosts:\n    10:', 'x:3:5: the name of a host must be text, and "10" is not (put it in quotes)'],
    ['on:\n  hosts: h', 'x:1:1: the name of a group must be text, and "on" is not (put it in quotes)'],
    ['all:\n  hosts:\n    h:\n    a:\n    h:', 'x:5:5: "h" stands here for the second time (the first is in line 3)'],
    ['all:\n  hosts:\n    "h[1:]":', 'x:3:5: host range must specify end value: "h[1:]"'],
    ['all:\n  hosts:\n    "a b":', 'x:3:5: the host name "a b" cannot be used: a host name may not contain a blank'],
    ['all:\n  vars:\n    constructor: 1', 'x:3:5: "constructor" cannot be a key'],
    ['all:\n  hosts: *x', 'x:2:10: there is no anchor &x above'],
    ['all:\n  hosts:\n    h: { a: !secret x }', 'x:3:21: the tag !secret is not understood (inventories may use !vault and !unsafe)'],
    ['all:\n  hosts:\n    h: { <<: x }', 'x:3:10: "<<" merges a mapping, or a list of mappings'],
    [
      'plugin: amazon.aws.aws_ec2',
      'x:1:1: this is the configuration of the inventory plugin "amazon.aws.aws_ec2", which is not supported (use a script that runs "ansible-inventory -i FILE --list" as the inventory)',
    ],
    ['all:\n  children:\n    all:', 'x:3:5: group "all" cannot be its own child'],
    ['a: { hosts: h, children: { b: } }\nb: { children: { a: } }', 'x:2:18: groups contain each other: "b" > "a" > "b"'],
    ['all: &a\n  children:\n    b: *a', 'x:3:5: groups are nested more than 200 deep, or an alias contains itself'],
    ['all:\n  hosts: { h: { a: &a [*a] } }', 'x:2:23: nested more than 200 deep, or an alias that contains itself'],
  ])('%j fails with its place', async (text, message) => {
    expect(failureText(await readText('x.yml', text)).replaceAll('x.yml', 'x')).toBe(message);
  });

  test('a syntax error has its place', async () => {
    expect(failureText(await readText('x.yml', 'all:\n  hosts: {a: 1'))).toMatch(/^x\.yml:2:\d+: not valid YAML: /);
  });

  test('an alias bomb is refused', async () => {
    const levels = Array.from({ length: 9 }, (_, level) => `      l${level + 1}: &l${level + 1} [${Array(10).fill(`*l${level}`).join()}]`);
    const text = `all:\n  hosts:\n    h:\n      l0: &l0 x\n${levels.join('\n')}\n`;
    expect(failureText(await readText('x.yml', text))).toMatch(/aliases make this file more than 2000000 values$/);
  });
});

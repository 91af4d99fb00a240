import { describe, expect, test } from 'vitest';
import { failureText, readText, unwrap, varsOf } from './memory-io.ts';

// The example of Ansible's own documentation (plugins/inventory/toml.py), with what its readers may write beside it.
const SAMPLE = `
[all.vars]
has_java = false
since = 2024-01-01

[web]
children = ["apache", "nginx"]
vars = { http_port = 8080, myvar = 23 }

[web.hosts]
host1 = {}
"host[2:3]:2222" = { ansible_user = "ops" }

[apache.hosts.tomcat1]

[apache.hosts.tomcat2]
myvar = 34
list = [1, { a = 2.5 }]

[nginx.hosts.jenkins1]

[nginx.vars]
has_java = true
`;

describe('a TOML inventory', () => {
  test('has groups with hosts, variables and children', async () => {
    const inventory = unwrap(await readText('hosts.toml', SAMPLE));
    expect([...inventory.groups]).toEqual([
      ['all', ['host1', 'host2', 'host3', 'tomcat1', 'tomcat2', 'jenkins1']],
      ['ungrouped', []],
      ['web', ['host1', 'host2', 'host3', 'tomcat1', 'tomcat2', 'jenkins1']],
      ['apache', ['tomcat1', 'tomcat2']],
      ['nginx', ['jenkins1']],
    ]);
    const web = { has_java: false, since: '2024-01-01', http_port: 8080, myvar: 23 };
    expect(varsOf(inventory)).toEqual({
      host1: web,
      host2: { ...web, ansible_port: 2222, ansible_user: 'ops' },
      host3: { ...web, ansible_port: 2222, ansible_user: 'ops' },
      tomcat1: web,
      tomcat2: { ...web, myvar: 34, list: [1, { a: 2.5 }] },
      jenkins1: { ...web, has_java: true },
    });
  });

  test('warns of what Ansible would skip', async () => {
    const inventory = unwrap(await readText('h.toml', '[web]\ncomment = "x"\n[web.hosts]\nh = {}\n'));
    expect(inventory.warnings).toEqual(['h.toml:1:1: a group has hosts, vars and children, but "web" has "comment", which is skipped']);
  });

  test.each([
    ['', 'h.toml: this inventory is empty'],
    ['a = [', /^h\.toml:1:\d+: not valid TOML: /],
    ['[web.hosts.h]\nx = 1\nx = 2', /^h\.toml:3:1: not valid TOML: /],
    ['[web.hosts]\nh = { __proto__ = 1 }', /^h\.toml:2:\d+: not valid TOML: /],
    ['plugin = "x"', /^h\.toml: this is the configuration of an inventory plugin, which is not supported \(use a script/],
    ['web = 1', 'h.toml: group "web" must be a table'],
    ['[web]\nhosts = ["h"]', 'h.toml: "hosts" of group "web" must be a table'],
    ['[web]\nvars = 1', 'h.toml: "vars" of group "web" must be a table'],
    ['[web]\nchildren = "x"', 'h.toml: the children of group "web" must be a list'],
    ['[web]\nchildren = [1]', 'h.toml: a child of group "web" must be text, not 1'],
    ['[web]\nchildren = ["web"]', 'h.toml: group "web" cannot be its own child'],
    ['[web]\nhost = {}', 'h.toml: a group has hosts, vars and children, but "web" has "host" (did you mean "hosts"?)'],
    ['[web.hosts]\nh = 1', 'h.toml: host "h" must be a table'],
    ['[web.hosts]\n"h[1:]" = {}', 'h.toml:1:1: host range must specify end value: "h[1:]"'],
  ])('%j fails with its place', async (text, message) => {
    expect(failureText(await readText('h.toml', text))).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Inventory } from '../../src/domain/host.ts';
import { expandLimit } from '../../src/inventory/expand-limit.ts';
import { selectHosts } from '../../src/inventory/select-hosts.ts';
import { failureText, memoryIo, names, readText, unwrap } from './memory-io.ts';

const INVENTORY = unwrap(
  await readText(
    'hosts',
    `
lone
[web]
web[1:3].ex.com
[db]
db-[a:c]
[stag]
web2.ex.com
db-b
[empty]
[a-b]
lone2
[prod:children]
web
db
`,
  ),
);

const select = (pattern: string, limit?: string | readonly string[]) => selectHosts(INVENTORY, pattern, limit);
const web = 'web1.ex.com web2.ex.com web3.ex.com';

describe('a pattern', () => {
  test.each([
    ['all', 'lone web2.ex.com db-b lone2 web1.ex.com web3.ex.com db-a db-c'],
    ['*', 'lone web2.ex.com db-b lone2 web1.ex.com web3.ex.com db-a db-c'],
    ['web', web],
    ['prod', `${web} db-a db-b db-c`],
    ['db:web', `db-a db-b db-c ${web}`],
    ['db, web', `db-a db-b db-c ${web}`],
    ['!db:prod', web],
    ['!db', 'lone web2.ex.com lone2 web1.ex.com web3.ex.com'],
    ['&stag', 'web2.ex.com db-b'],
    ['prod:!stag:&web', 'web1.ex.com web3.ex.com'],
    ['web1.ex.com', 'web1.ex.com'],
    ['web1*', 'web1.ex.com'],
    ['web?.ex.com', web],
    ['*[13].ex.com', 'web1.ex.com web3.ex.com'],
    ['*[!13].ex.com', 'web2.ex.com'],
    ['~web[12]', 'web1.ex.com web2.ex.com'],
    ['~(?P<x>db)-(a|b)', 'db-a db-b'],
    ['~(?i)WEB1', 'web1.ex.com'],
    ['~b', ''],
    ['a-b', 'lone2'],
    ['web[0]', 'web1.ex.com'],
    ['web[-1]', 'web3.ex.com'],
    ['web[0:1]', 'web1.ex.com web2.ex.com'],
    ['web[1:]', 'web2.ex.com web3.ex.com'],
    ['web[1:0]', 'web2.ex.com'],
    ['web[1-2]', 'web2.ex.com web3.ex.com'],
    ['web[0],db[0]', 'web1.ex.com db-a'],
    ['web[0]:db[0:1]:!db-a', 'web1.ex.com db-b'],
  ])('%s selects %s', (pattern, expected) => {
    if (expected === '') expect(select(pattern).ok).toBe(false);
    else expect(names(select(pattern)).join(' ')).toBe(expected);
  });

  test.each([
    ['wbe', 'no group or host is called "wbe" (did you mean "web"?)'],
    ['all:!stga', 'no group or host is called "stga" (did you mean "stag"?)'],
    ['all:&stga', 'no group or host is called "stga" (did you mean "stag"?)'],
    ['db-d', 'no group or host is called "db-d" (did you mean "db-a"?)'],
    ['nothing', 'no group or host is called "nothing" (the groups are all, ungrouped, web, db, stag, empty, a-b, prod)'],
    ['web[7]', '"web[7]" is out of range: only 3 hosts match (the first has the index 0, the last -1)'],
    ['web[:1]', 'no host matches the pattern "web[:1]" ("web[:1]" is no subscript; write [0:1])'],
    ['x*', 'no host matches the pattern "x*"'],
    ['empty', 'no host matches the pattern "empty"'],
    ['web:!web', 'no host matches the pattern "web,!web"'],
    ['', 'the pattern is empty (is a variable unset? "all" means every host)'],
    [' , ', 'the pattern is empty (is a variable unset? "all" means every host)'],
    ['all,!', 'a name must follow "!" and "&"'],
    ['~(', '"~(" is not a regular expression (is a bracket not closed, or nothing before a * or +?)'],
  ])('%j fails', (pattern, message) => {
    expect(failureText(select(pattern))).toBe(message);
  });
});

describe('a limit', () => {
  test('narrows the pattern and keeps its order', () => {
    expect(names(select('prod', 'db,web1*'))).toEqual(['web1.ex.com', 'db-a', 'db-b', 'db-c']);
    expect(names(select('prod', '!db'))).toEqual(web.split(' '));
  });

  test.each([
    ['lone', 'the limit "lone" leaves no host of "prod"'],
    ['wbe', 'no group or host is called "wbe" (did you mean "web"?)'],
    ['', 'the limit is empty (is a variable unset? "all" means every host)'],
  ])('%j fails', (limit, message) => {
    expect(failureText(select('prod', limit))).toBe(message);
  });

  test('reads one pattern a line from files, which are not taken apart again', async () => {
    const io = memoryIo({ 'retry.txt': 'db-a\r\n\n web1.ex.com \n', empty: '\n', 'dir/x': '' });
    const limit = unwrap(await expandLimit('@retry.txt,lone', io));
    expect(limit).toEqual(['db-a', 'web1.ex.com', 'lone']);
    expect(names(select('all', limit))).toEqual(['lone', 'web1.ex.com', 'db-a']);
    expect(failureText(await expandLimit('@none', io))).toBe('none: there is no limit file none');
    expect(failureText(await expandLimit('@dir', io))).toBe('dir: the limit file dir is a directory');
    expect(failureText(await expandLimit('@empty', io))).toBe('empty: the limit file empty names no host');
  });
});

describe('for any inventory and patterns', () => {
  const HOSTS = ['h0', 'h1', 'h2', 'h3', 'h4', 'h5'];
  const inventories = fc.array(fc.subarray(HOSTS), { minLength: 1, maxLength: 5 }).map((members): Inventory => {
    const groups = members.map((hosts, index) => [`g${index}`, hosts] as const);
    return { sources: [], hosts: HOSTS.map((name) => ({ name, groups: [], vars: {} })), groups: new Map([['all', HOSTS], ...groups]) };
  });
  const operand = fc.constantFrom('all', 'g0', 'h0', 'h3', 'h*', '~g', 'h[!12]');
  const selected = (inventory: Inventory, pattern: string) => {
    const found = selectHosts(inventory, pattern);
    return found.ok ? found.value.map((host) => host.name) : [];
  };

  test('a comma is union, & intersection and ! difference, and no host comes twice', () => {
    fc.assert(
      fc.property(inventories, operand, operand, (inventory, a, b) => {
        const [left, right] = [selected(inventory, a), selected(inventory, b)];
        const rest = right.filter((name) => !left.includes(name));
        expect(selected(inventory, `${a},${b}`)).toEqual([...left, ...rest]);
        expect(selected(inventory, `${a},&${b}`)).toEqual(left.filter((name) => right.includes(name)));
        expect(selected(inventory, `${a},!${b}`)).toEqual(left.filter((name) => !right.includes(name)));
        expect(new Set(left).size).toBe(left.length);
      }),
    );
  });

  test('where ! and & stand does not matter', () => {
    fc.assert(
      fc.property(inventories, operand, operand, operand, (inventory, a, b, c) => {
        expect(selected(inventory, `!${c},&${b},${a}`)).toEqual(selected(inventory, `${a},!${c},&${b}`));
      }),
    );
  });

  test('a limit is the same as an intersection', () => {
    fc.assert(
      fc.property(inventories, operand, operand, (inventory, a, b) => {
        const limited = selectHosts(inventory, a, b);
        expect(limited.ok ? limited.value.map((host) => host.name) : []).toEqual(selected(inventory, `${a},&${b}`));
      }),
    );
  });

  test('no text makes it throw', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (pattern) => void selectHosts(INVENTORY, pattern)));
    fc.assert(fc.property(fc.stringMatching(/^[~!&hgw*?[\](),:0-3-]+$/), (pattern) => void selectHosts(INVENTORY, pattern)));
  });
});

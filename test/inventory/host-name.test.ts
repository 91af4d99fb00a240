import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostNameFault } from '../../src/inventory/host-name.ts';
import { addressFault, userFault } from '../../src/inventory/login-name.ts';

describe('a host name', () => {
  test.each(['web01.example.com', 'WEB', '10.0.0.1', '::1', 'fe80::1%eth0', '_x', 'under_score', 'a-b', 'ünï', 'ops@web', '主机', 'a+b'])(
    '%s is good',
    (name) => {
      expect(hostNameFault(name)).toBeUndefined();
    },
  );

  test.each([
    ['', 'a host needs a name'],
    ['-h', 'a host name may not begin with "-"'],
    ['..', 'a host name may not begin with "."'],
    ['a$(id)', 'a host name may not contain "$", which means something to a shell'],
    ['a`b', 'a host name may not contain "`", which means something to a shell'],
    ['a/b', 'a host name may not contain "/"'],
    ['a b', 'a host name may not contain a blank'],
    ['a\x1bb', 'a host name may not contain a control character'],
    ['a\u202eb', 'a host name may not contain a control character'],
    ['b[1:3]', 'a host name may not contain "["'],
    ['%h', 'a host name may not begin with "%"'],
    ['h'.repeat(241), 'a host name may have 240 bytes'],
  ])('%j is refused', (name, fault) => {
    expect(hostNameFault(name)).toBe(fault);
  });

  test('that passes is safe as a file name, an argument and a shell word', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => {
        fc.pre(hostNameFault(name) === undefined);
        expect(name).not.toMatch(/^[-.]|[\s/\\'"`$;&<>|(){}*?![\]#~]/u);
      }),
    );
  });
});

describe('an address', () => {
  test.each(['web.example.com', '10.0.0.1', '::1', 'fe80::1%eth0'])('%s is good', (address) => {
    expect(addressFault(address)).toBeUndefined();
  });

  test.each([
    ['-oProxyCommand=x', 'begins with "-"'],
    ['a;b', 'holds ";"'],
    ['a b', 'holds a blank or a control character'],
    ['ops@web', 'holds "@"'],
    ['web:22', 'holds ":", but is no IPv6 address'],
  ])('%s is refused', (address, fault) => {
    expect(addressFault(address)).toBe(fault);
  });
});

describe('a user', () => {
  test.each(['ops', 'DOMAIN\\ops', 'svc$', 'a.b-c_d', 'ops@realm'])('%s is good', (user) => {
    expect(userFault(user)).toBeUndefined();
  });

  test.each([
    ['', 'is empty'],
    ['-l', 'begins with "-"'],
    ['a\\', 'ends in a backslash'],
    ['a b', 'holds a blank or a control character'],
    ['a|b', 'holds "|"'],
  ])('%j is refused', (user, fault) => {
    expect(userFault(user)).toBe(fault);
  });
});

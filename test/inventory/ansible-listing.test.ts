import { expect, test } from 'vitest';
import { ansibleListing } from '../../src/inventory/ansible-listing.ts';
import { readText, unwrap } from './memory-io.ts';

test('the listing has the form that ansible-inventory prints', async () => {
  const text = 'lone\n[web]\nh1 x=1\n[prod:children]\nweb\n[empty]\n[prod:vars]\ny=2\n';
  expect(ansibleListing(unwrap(await readText('hosts', text)))).toEqual({
    _meta: { hostvars: { h1: { x: 1, y: 2 } } },
    all: { children: ['ungrouped', 'prod', 'empty'] },
    ungrouped: { hosts: ['lone'] },
    web: { hosts: ['h1'] },
    prod: { children: ['web'] },
  });
});

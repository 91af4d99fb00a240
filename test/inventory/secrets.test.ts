import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { createSecrets } from '../../src/inventory/create-secrets.ts';

describe('secrets', () => {
  test('come from the inventory, then the environment, then a person', async () => {
    const secrets = createSecrets({
      values: new Map([['a', new Secret('from inventory')]]),
      variables: { a: 'A', b: 'B', c: 'EMPTY', constructor: 'A' },
      environment: { A: 'not this', B: 'from environment', EMPTY: '' },
      ask: async (name) => `asked for ${name}`,
    });
    const names = ['a', 'b', 'c', 'd'];
    expect(await Promise.all(names.map((secret) => secrets.get({ secret })))).toEqual([
      'from inventory',
      'from environment',
      'asked for c',
      'asked for d',
    ]);
  });

  test('are asked for once each, also by many hosts at the same time and when there is no answer', async () => {
    const asked: string[] = [];
    const secrets = createSecrets({
      ask: async (name) => {
        asked.push(name);
        return name === 'none' ? undefined : 'x';
      },
    });
    const answers = await Promise.all(['sudo', 'sudo', 'none', 'sudo'].map((secret) => secrets.get({ secret })));
    expect(answers).toEqual(['x', 'x', undefined, 'x']);
    expect(await secrets.get({ secret: 'none' })).toBeUndefined();
    expect(asked).toEqual(['sudo', 'none']);
  });

  test('that nobody knows are undefined', async () => {
    expect(await createSecrets({}).get({ secret: 'x' })).toBeUndefined();
  });
});

import { expect, test } from 'vitest';
import { jsonText } from '../../src/ui/json-text.ts';
import { maskSecrets } from '../../src/ui/secrets-mask.ts';

test('a document shows no control or hidden character of a host, in keys neither, and no secret', () => {
  const said = { 'a\u202eb': ['\u009b31m', { deep: 'x\u202ey hunter22', at: 5, none: null }] };
  expect(jsonText(said, maskSecrets(['hunter22']))).toBe('{"a\\\\u202eb":["\\\\u009b31m",{"deep":"x\\\\u202ey ***","at":5,"none":null}]}');
});

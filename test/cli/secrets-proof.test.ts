import { expect, test } from 'vitest';
import { provesSecrets, secretsProof, sensitiveNames } from '../../src/cli/secrets-proof.ts';
import type { InputSpec } from '../../src/domain/runbook.ts';
import { runbook } from '../engine/rig.ts';

const spec = (sensitive: boolean): InputSpec => ({ type: 'string', description: '', sensitive });
const book = runbook({
  inputs: new Map([
    ['token', spec(true)],
    ['port', spec(false)],
    ['pin', spec(true)],
  ]),
});

test('sensitive inputs are known again, and the proof does not hold them', () => {
  const proof = secretsProof(book, { token: 'hunter2', pin: '1234', port: '80' });
  expect(proof?.names).toEqual(['token', 'pin']);
  expect(JSON.stringify(proof)).not.toMatch(/hunter2|1234/);
  expect(proof && provesSecrets(proof, { token: 'hunter2', pin: '1234' })).toBe(true);
  expect(proof && provesSecrets(proof, { token: 'hunter2', pin: '1235' })).toBe(false);
  expect(proof && provesSecrets(proof, { token: '1234', pin: 'hunter2' })).toBe(false);
  expect(proof && provesSecrets(proof, { token: 'hunter2' })).toBe(false);
});

test('two plans with the same secrets do not show that they are the same', () => {
  expect(secretsProof(book, { token: 'a' })?.scrypt).not.toBe(secretsProof(book, { token: 'a' })?.scrypt);
});

test('a runbook without sensitive inputs needs no proof', () => {
  expect(sensitiveNames(runbook())).toEqual([]);
  expect(secretsProof(runbook(), {})).toBeUndefined();
});

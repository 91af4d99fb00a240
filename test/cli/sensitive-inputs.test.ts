import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inputsOf } from '../../src/cli/load-runbook-file.ts';
import { screenOf } from '../../src/cli/screen.ts';
import { withSecrets } from '../../src/cli/sensitive-inputs.ts';
import type { Runbook } from '../../src/domain/runbook.ts';
import { loadRunbook } from '../../src/load/load-runbook.ts';
import { stepTypes } from '../../src/steps/index.ts';
import { fakeWorld } from './rig.ts';

const TEXT = `apiVersion: runbook/v1
name: hand-out
summary: x
inputs:
  token: { type: string, sensitive: true }
  plain: { type: string, default: x }
diagnose:
  - uses: containers.running
`;

function handOut(): Runbook {
  const loaded = loadRunbook({ path: 'x.yaml', text: TEXT }, stepTypes);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  return loaded.runbook;
}

/** What a command gets for its inputs, and how a secret is shown from then on. */
async function given(input: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { world } = fakeWorld();
  writeFileSync(join(world.cwd, 'secret'), 'from-a-file\n');
  writeFileSync(join(world.cwd, 'binary'), Buffer.from([0xff]));
  const screen = screenOf(world, { color: 'never' });
  const runbook = handOut();
  const secrets = await withSecrets({ ...world, env }, screen, runbook, { color: 'never', input });
  return { inputs: secrets.ok ? inputsOf(runbook, secrets.value, screen) : secrets, say: screen.out.say };
}

describe('a sensitive input', () => {
  test.for<[string, readonly string[], Readonly<Record<string, string>>, string]>([
    ['a file, without its last end of line', ['token=@secret'], {}, 'from-a-file'],
    ['a command line, where a doubled @ is one', ['token=@@home'], {}, '@home'],
    ['the environment', [], { RUNBOOK_INPUT_TOKEN: 'from-the-environment' }, 'from-the-environment'],
    ['a command line rather than the environment', ['token=typed'], { RUNBOOK_INPUT_TOKEN: 'other' }, 'typed'],
  ])('is taken from %s, and masked', async ([, input, env, token]) => {
    const { inputs, say } = await given(input, env);
    expect(inputs).toEqual({ ok: true, value: { token, plain: 'x' } });
    expect(say(`it is ${token}`)).toBe('it is ***');
  });

  test.for<[string, RegExp]>([
    ['token=@none', /^input token: the file after @ cannot be read \(ENOENT\)$/],
    ['token=@binary', /^input token: the file after @ cannot be read \(ERR_ENCODING_INVALID_ENCODED_DATA\)$/],
    ['token=***', /\*\*\* is what is shown in the place of a value/],
    ['token=…', /… is what is shown in the place of a value/],
  ])('is refused as %s', async ([assignment, message]) => {
    const { inputs } = await given([assignment]);
    expect(inputs).toMatchObject({ ok: false, failure: { code: 'bad-input', message: expect.stringMatching(message) } });
  });

  test('that nobody gave, where nobody can be asked, says how to give it without typing it', async () => {
    expect((await given([])).inputs).toMatchObject({ ok: false, failure: { hint: 'give it: -e token=@FILE' } });
  });
});

test('an input that is not sensitive is what was typed, @ and all', async () => {
  const { inputs } = await given(['token=t', 'plain=@daily'], { RUNBOOK_INPUT_PLAIN: 'no' });
  expect(inputs).toEqual({ ok: true, value: { token: 't', plain: '@daily' } });
});

test.for(['__proto__', 'constructor', 'toString'])('an input that is called %s is not declared', async (name) => {
  const { inputs } = await given(['token=t', `${name}=1`]);
  expect(inputs).toMatchObject({ ok: false, failure: { code: 'bad-input', message: `there is no input ${name}` } });
});

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SshSetting } from '../../../src/domain/transport.ts';

import { COMMAND_LINE, CONFIGURATION, NOISE } from './generated.ts';
import { HOSTS } from './generated-values.ts';
import { Machine } from './machine.ts';
import { missingOpenSsh } from './openssh.ts';

const missing = missingOpenSsh();

/** All that we refuse of what ssh takes, but for commands, which are run here. */
const REFUSALS = /^CanonicalizeHostname |leaves no algorithm$|holds a negated pattern$|is more than a name to a shell$/;

/** More of them by night. */
const CONFIGURATIONS = Number(process.env['RUNBOOK_SSH_CONFIGS'] ?? 300);

describe.skipIf(missing !== undefined)(`a configuration of ssh${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let machine: Machine;
  beforeAll(() => {
    machine = new Machine();
  });
  afterAll(() => machine.remove());

  const agree = async (host: string, settings: readonly SshSetting[] = []) => {
    const answer = await machine.compare(host, settings);
    if (answer.kind !== 'refused') expect(answer.ours).toEqual(answer.ssh);
    else expect(answer.ours).toHaveProperty('message', expect.stringMatching(REFUSALS));
    return answer.kind;
  };

  it(
    'is resolved as ssh resolves it, or is at fault in the same line',
    async () => {
      const kinds: string[] = [];
      const hosts = fc.subarray([...HOSTS], { minLength: 2, maxLength: 2 });
      await fc.assert(
        fc.asyncProperty(CONFIGURATION, hosts, COMMAND_LINE, async (files, [first = '', second = ''], settings) => {
          machine.write(files);
          kinds.push(...(await Promise.all([agree(first), agree(second, settings)])));
        }),
        { numRuns: CONFIGURATIONS },
      );
      expect(kinds.filter((kind) => kind === 'settings').length).toBeGreaterThan(kinds.length / 2);
    },
    CONFIGURATIONS * 1_000,
  );

  it(
    'is at fault, or not, as ssh finds it, whatever its lines are',
    async () => {
      await fc.assert(
        fc.asyncProperty(NOISE, fc.constantFrom(...HOSTS), async (files, host) => {
          machine.write(files);
          await agree(host);
        }),
        { numRuns: CONFIGURATIONS },
      );
    },
    CONFIGURATIONS * 1_000,
  );

  it('says the same where commands are refused as where they are run, if it says anything', async () => {
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(CONFIGURATION, fc.constantFrom(...HOSTS), async (files, host) => {
        machine.write(files);
        const refusing = await machine.answer(host, [], 'refuse');
        if (!refusing.ok) return;
        answered += 1;
        const running = await machine.answer(host, [], 'run');
        expect(refusing.value.settings).toEqual(running.ok && running.value.settings);
      }),
      { numRuns: 200 },
    );
    expect(answered).toBeGreaterThan(100);
  });
});

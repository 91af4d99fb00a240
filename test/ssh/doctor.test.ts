import { chmodSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookAtKeys } from '../../src/cli/doctor/look-ssh.ts';
import { judgeKeys } from '../../src/views/doctor/ssh.ts';
import { type Agent, startAgent } from './agent.ts';
import { type Sshd, startSshd, whyNoSshd } from './sshd.ts';

const missing = whyNoSshd();

describe.skipIf(missing !== undefined)(`doctor with a real agent${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let sshd: Sshd;
  let agent: Agent;
  let keys: readonly string[] = [];

  beforeAll(async () => {
    sshd = await startSshd();
    keys = [1, 2, 3, 4, 5, 6].map((n) => sshd.newKey(`held_${n}`));
    agent = await startAgent(keys);
  });
  afterAll(async () => {
    await agent.stop();
    await sshd.stop();
  });

  it('tells encrypted keys, those that ssh would refuse, those in the agent, and that they are too many', async () => {
    const [held = ''] = keys;
    const locked = sshd.newKey('locked', { passphrase: 'open sesame' });
    const open = sshd.newKey('open');
    chmodSync(open, 0o644);
    const look = await lookAtKeys({ agent: agent.socket, identityFiles: [held, locked, open], knownHostsFiles: [] });
    expect(look).toEqual({
      agent: { socket: agent.socket, keys: 6 },
      identitiesOnly: false,
      files: [
        { path: held, isEncrypted: false, isInAgent: true },
        { path: locked, isEncrypted: true, isInAgent: false },
      ],
      unusable: [`${open}: others may read it (mode 644); chmod 600 ${open}`],
    });
    expect(judgeKeys([look]).findings.map(({ says }) => says)).toEqual([
      expect.stringContaining('chmod 600'),
      '7 keys are shown, and a host usually hangs up after 6 (MaxAuthTries)',
    ]);
  });
});

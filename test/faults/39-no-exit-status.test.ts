import { describe, expect, it, onTestFinished } from 'vitest';
import { createSsh2Transport } from '../../src/transport/ssh2-transport.ts';
import { fleetIsMissing } from '../lab/commands.ts';
import { startSshd, whyNoSshd } from '../ssh/sshd.ts';
import { request, secretsFrom } from '../transport/requests.ts';
import { Bench, bookOf } from './bench.ts';

const noSshd = whyNoSshd();
const noFleet = fleetIsMissing();

/** Edits a file, then runs something that is silent for longer than the channel lasts, and counts how often it ran. */
const SILENT_BOOK = bookOf(
  'silent',
  `
diagnose: [{ id: conf, uses: file.read, with: { path: /etc/app.conf, format: text } }]
affected: steps.conf.value == "old\\n"
remediate:
  - { uses: file.content, with: { path: /etc/app.conf, content: "new\\n" } }
  - { uses: command.run, with: { argv: [/usr/local/bin/slow], undo: [/usr/local/bin/slow, back], timeout: 60s } }
verify: [{ uses: command.probe, with: { argv: [test, -e, /run/slow-ended], read_only: true, expect: { code: 0 } } }]
rollout: { verify_timeout: 40s, verify_every: 500ms }
`,
);
const SLOW = `#!/bin/sh
echo "ran:$1" >>/run/slow-runs
sleep 12
echo >/run/slow-ended
`;

describe.skipIf(noSshd)(`a channel that ends without an exit status${noSshd ? ` (${noSshd})` : ''}`, () => {
  it('fault 39: is lost, and no success', async () => {
    const impatient = await startSshd({ config: ['ChannelTimeout session:*=1s'] });
    onTestFinished(() => impatient.stop());
    const connection = await createSsh2Transport({ secrets: secretsFrom({}) }).connect(impatient.target());
    expect(await connection.exec(request('exec sleep 20'))).toMatchObject({
      kind: 'lost',
      why: expect.stringContaining('without an exit status'),
    });
    await connection.close();
  });
});

describe.skipIf(noFleet)(`a host whose sshd closes silent channels${noFleet ? ` (${noFleet})` : ''}`, () => {
  it('fault 39: runs a command once, and ends as the report says', async () => {
    await using bench = await Bench.up({
      impatient: {
        files: {
          '/etc/ssh/sshd_config.d/a.conf': { text: 'ChannelTimeout session:*=4s\n' },
          '/etc/app.conf': { text: 'old\n' },
          '/usr/local/bin/slow': { text: SLOW, mode: 0o755 },
        },
      },
    });
    const ended = await bench.run('apply', SILENT_BOOK);
    // Until the first of them has ended; a run that never came to it has something else to say.
    await bench.sh('impatient', `timeout 60 sh -c 'until [ -e /run/slow-ended ]; do sleep 0.1; done' || cat /run/slow-runs`);
    const runs = (await bench.sh('impatient', 'cat /run/slow-runs')).trim().split('\n');
    expect(runs.filter((line) => line === 'ran:')).toEqual(['ran:']);
    const outcome = ended.outcomes['impatient'] ?? '';
    const text = bench.fleet.host('impatient').read('/etc/app.conf').toString();
    // Whether the state could be asked again, and what followed from it, the report and the host agree.
    if (/^fixed/.test(outcome)) expect([ended.code, text]).toEqual([0, 'new\n']);
    else if (/^rolled-back/.test(outcome)) expect([ended.code, text]).toEqual([3, 'old\n']);
    else expect([outcome, ended.code]).toEqual([expect.stringMatching(/^unknown .*lost/), 4]);
  });
});

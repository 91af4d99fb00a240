import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fleetIsMissing } from '../lab/commands.ts';
import { Bench, bookOf } from './bench.ts';

const missing = fleetIsMissing();

/** A program that behaves as its argument says. */
const PROGRAM = `#!/bin/sh
case $1 in
good) [ -z "$NOTIFY_SOCKET" ] || systemd-notify --ready ;;
mute) ;;
stubborn) trap '' TERM; while :; do sleep 1; done ;;
dies) sleep 3; exit 0 ;;
fails | breaks) exit 1 ;;
esac
exec sleep infinity
`;

function service(name: string, lines = '', install = ''): Record<string, { readonly text: string }> {
  const mode = `EnvironmentFile=/etc/default/${name}\nExecStart=/usr/local/bin/app $MODE`;
  const limits = 'TimeoutStartSec=3\nTimeoutStopSec=2\nNotifyAccess=all';
  return {
    [`/etc/systemd/system/${name}.service`]: { text: `[Service]\n${mode}\n${limits}\n${lines}\n${install}` },
    [`/etc/default/${name}`]: { text: 'MODE=good\n' },
  };
}

const INSTALL = '[Install]\nWantedBy=multi-user.target\n';
const FILES = {
  '/usr/local/bin/app': { text: PROGRAM, mode: 0o755 },
  ...service('plain', '', INSTALL),
  ...service('waits', 'ExecStartPre=/bin/sh -c "[ $MODE = good ] || sleep infinity"'),
  ...service('ready', 'Type=notify'),
  ...service('loops', 'Restart=always\nRestartSec=100ms\n[Unit]\nStartLimitBurst=3\nStartLimitIntervalSec=60'),
  ...service('once', 'Type=oneshot\nExecStartPre=/bin/sh -c "[ $MODE = good ]"\nRemainAfterExit=yes\nExecStart=\nExecStart=/bin/true'),
} as const;

/** Sets the mode of a service and restarts it; well when it then stays up for longer than it takes to die. */
const MODE_BOOK = bookOf(
  'mode',
  `
inputs: { unit: { type: string }, mode: { type: string } }
remediate:
  - { id: edit, uses: file.env, with: { path: '/etc/default/\${{ inputs.unit }}', set: { MODE: '\${{ inputs.mode }}' } } }
  - { uses: systemd.restart, with: { unit: '\${{ inputs.unit }}' }, on_change: [edit] }
verify:
  - { uses: systemd.unit, with: { unit: '\${{ inputs.unit }}', expect: { active: true, stable_for: 4s } } }
rollout: { verify_timeout: 10s, verify_every: 500ms }
`,
);

/** Brings a unit into a state, and is never content with what came of it. */
const STATE_BOOK = bookOf(
  'state',
  `
inputs: { started: { type: boolean }, enabled: { type: boolean }, masked: { type: boolean } }
remediate:
  - uses: systemd.unit-state
    with: { unit: packaged, started: '\${{ inputs.started }}', enabled: '\${{ inputs.enabled }}', masked: '\${{ inputs.masked }}' }
verify: [{ uses: command.probe, with: { argv: ['false'], read_only: true, expect: { code: 0 } } }]
rollout: { verify_timeout: 0s }
`,
);

describe.skipIf(missing)(`services that misbehave${missing ? ` (${missing})` : ''}`, () => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await Bench.up({ app: { files: FILES } });
    await sh(
      'mkdir -p /usr/lib/systemd/system; sed s,/etc/default/plain,/etc/default/packaged, /etc/systemd/system/plain.service >/usr/lib/systemd/system/packaged.service',
    );
    await sh('cp /etc/default/plain /etc/default/packaged; systemctl daemon-reload');
  });
  afterAll(() => bench?.[Symbol.asyncDispose]());

  const sh = (script: string) => bench.sh('app', script);
  const change = (unit: string, mode: string) => bench.run('apply', MODE_BOOK, { inputs: { unit, mode } });
  const mode = (unit: string) => sh(`cat /etc/default/${unit}`);
  const property = async (unit: string, name: string) => (await sh(`systemctl show -P ${name} ${unit}`)).trim();

  /** Starts a unit anew, with a mode that was there before the run. */
  async function begin(unit: string, given = 'good'): Promise<void> {
    await sh(
      `systemctl stop ${unit}; systemctl reset-failed ${unit}; echo MODE=${given} >/etc/default/${unit}; systemctl start ${unit} || :`,
    );
  }

  it.each([
    ['hangs when it is restarted', 'waits', 'mute', /timeout|did not end in time/i],
    ['never says that it is ready', 'ready', 'mute', /timeout|did not end in time/i],
    ['exits with 0 three seconds later', 'plain', 'dies', /verify-failed/],
    ['fails at once', 'plain', 'fails', /verify-failed/],
    ['fails until it hits its start limit', 'loops', 'fails', /verify-failed/],
    ['fails as a whole', 'once', 'fails', /error code/],
  ])('fault 46: a service that %s is seen, and rolled back to what ran before', async (_what, unit, bad, why) => {
    await begin(unit);
    expect(await property(unit, 'ActiveState')).toBe('active');
    const ended = await change(unit, bad);
    expect(ended.outcomes).toEqual({ app: expect.stringMatching(/^rolled-back/) });
    expect(ended.outcomes['app']).toMatch(why);
    expect(ended.code).toBe(3);
    expect(await mode(unit)).toBe('MODE=good\n');
    expect(await property(unit, 'ActiveState')).toBe('active');
  });

  it('fault 46: a service that does not end when asked is ended, and the new one stays', async () => {
    await begin('plain', 'stubborn');
    expect((await change('plain', 'good')).outcomes).toEqual({ app: 'fixed' });
    expect(await property('plain', 'ActiveState')).toBe('active');
  });

  it('fault 46: a service that has hit its start limit is started again', async () => {
    await begin('loops', 'fails');
    await sh('until [ "$(systemctl show -P Result loops)" = start-limit-hit ] || systemctl is-failed -q loops; do :; done');
    expect((await change('loops', 'good')).outcomes).toEqual({ app: 'fixed' });
    expect(await property('loops', 'ActiveState')).toBe('active');
  });

  it('fault 46: a masked service is not restarted, and its file is as it was', async () => {
    await begin('packaged');
    await sh('systemctl stop packaged; systemctl mask packaged');
    const ended = await change('packaged', 'stubborn');
    await sh('systemctl unmask packaged');
    expect(ended.outcomes).toEqual({ app: expect.stringMatching(/masked/) });
    expect(ended.code).toBe(3);
    expect(await mode('packaged')).toBe('MODE=good\n');
  });

  it('fault 46: a service whose unit file systemd has not read yet is restarted with what stands in it', async () => {
    await begin('plain');
    await sh('sed -i "s,app .MODE,app \\$MODE --bad," /etc/systemd/system/plain.service');
    expect(await property('plain', 'NeedDaemonReload')).toBe('yes');
    const book = bookOf(
      'reload',
      `
remediate:
  - { id: args, uses: systemd.args, with: { unit: plain, remove: [--bad], set: { --good: '1' } } }
  - { uses: systemd.restart, with: { unit: plain }, on_change: [args] }
verify: [{ uses: systemd.unit, with: { unit: plain, expect: { active: true } } }]`,
    );
    expect((await bench.run('apply', book)).outcomes).toEqual({ app: 'fixed' });
    expect(await property('plain', 'NeedDaemonReload')).toBe('no');
    expect(await sh('systemctl show -P ExecStart plain')).toContain('argv[]=/usr/local/bin/app $MODE --good=1 ;');
  });

  it.each([
    ['crash-looped', 'loops', 'fails'],
    ['had failed', 'once', 'fails'],
    ['never came to be ready', 'ready', 'mute'],
  ])('fault 47: a service that %s before is not held against the way back', async (_what, unit, ill) => {
    await begin(unit, ill);
    const ended = await change(unit, 'breaks');
    expect(ended.outcomes).toEqual({ app: expect.stringMatching(/^rolled-back/) });
    expect(ended.code).toBe(3);
    expect(await mode(unit)).toBe(`MODE=${ill}\n`);
    expect(await property(unit, 'ActiveState')).not.toBe('active');
  });

  it.each([
    ['stopped and disabled', 'disable --now', { started: 'true', enabled: 'true', masked: 'false' }],
    ['stopped and enabled', 'stop', { started: 'true', enabled: 'false', masked: 'false' }],
    ['running and disabled', 'disable', { started: 'false', enabled: 'true', masked: 'false' }],
    ['running and enabled', 'status', { started: 'false', enabled: 'false', masked: 'true' }],
  ])('fault 48: a service that was %s is so again after a rollback', async (_what, verb, inputs) => {
    await begin('packaged');
    await sh(`systemctl enable packaged; systemctl ${verb} packaged`);
    const state = `systemctl show -p ActiveState -p UnitFileState -p LoadState packaged; find /etc/systemd/system -type l -printf '%P %l\\n' | sort`;
    const before = await sh(state);
    const ended = await bench.run('apply', STATE_BOOK, { inputs });
    expect(ended.outcomes).toEqual({ app: expect.stringMatching(/^rolled-back/) });
    expect(ended.events.filter(({ type }) => type === 'undo.intended')).toHaveLength(1);
    expect(await sh(state)).toBe(before);
  });

  it('fault 48: a service that was stopped, and that a change restarted, is stopped again', async () => {
    await begin('plain');
    await sh('systemctl stop plain');
    expect((await change('plain', 'dies')).outcomes).toEqual({ app: expect.stringMatching(/^rolled-back/) });
    expect(await property('plain', 'ActiveState')).toBe('inactive');
    expect(await mode('plain')).toBe('MODE=good\n');
  });
});

import { DURATION_PATTERN, durationMs, showDuration } from '../domain/duration.ts';
import { bytesToText } from '../domain/file.ts';
import type { Finding } from '../domain/finding.ts';
import type { JsonObject } from '../domain/json.ts';
import { defineStep, type Unmet } from '../domain/step.ts';
import { occurrences } from '../formats/argument-plan.ts';
import { type EffectiveUnit, effectiveUnit } from '../formats/effective-argv.ts';
import { defineUnit } from '../formats/unit-definition.ts';
import { numberOf, type UnitVitals, unitStateOf, unitVitals, uptimeMsOf } from '../formats/unit-properties.ts';
import { ARGUMENT_ORIGIN, readUnitSource, UNIT_NAME, type UnitSource, unicode } from './unit-source.ts';

interface State {
  readonly source: UnitSource;
  readonly effective: EffectiveUnit;
  readonly vitals: UnitVitals;
}

const EXPECT = {
  type: 'object',
  additionalProperties: false,
  description: 'what must hold',
  properties: {
    active: { type: 'boolean', description: 'it runs; a unit that systemd is about to start again does not' },
    sub: { type: 'string', description: 'its sub-state, such as running or exited' },
    enabled: { type: 'boolean', description: 'it is started at boot' },
    loaded: { type: 'boolean', description: 'systemd has loaded it' },
    stable_for: { type: 'string', pattern: DURATION_PATTERN, description: 'it has been active for so long without a restart' },
  },
} as const;

/** A unit's state, and the arguments that its files give its program. */
export const systemdUnit = defineStep({
  name: 'systemd.unit',
  summary: "Read a unit's state, its effective arguments, and the file and line that each of them comes from",
  docs: `Reads what \`systemctl show\` says, and derives the arguments of \`ExecStart=\` from the unit file, its drop-ins and
environment files by systemd's own rules (resets, \`$NAME\` and \`\${NAME}\`, quoting, order), so that they are what the next start
will use, also after planned changes. \`need_daemon_reload\` says that systemd still has older files in mind.

Of several \`ExecStart=\` commands (\`Type=oneshot\`) the first is meant. A specifier or variable that cannot be known from files
(\`%a\`, \`$PATH\`) stays in the argument as it is written. \`flags\` takes the word after a bare \`--flag\` for its value unless it
begins with a dash; a flag that is there several times has its last value.

\`crash_looping\`: systemd waits to start it again, or gave up after too many starts, or restarted it less than a minute ago.`,
  schema: { type: 'object', additionalProperties: false, required: ['unit'], properties: { unit: UNIT_NAME, expect: EXPECT } },
  examples: [
    {
      title: 'A kubelet whose arguments come from several files',
      params: { unit: 'kubelet.service', expect: { active: true, stable_for: '20s' } },
      host: {
        units: {
          'kubelet.service': {
            Id: 'kubelet.service',
            LoadState: 'loaded',
            ActiveState: 'activating',
            SubState: 'auto-restart',
            UnitFileState: 'enabled',
            Result: 'exit-code',
            NRestarts: '2',
            MainPID: '0',
            FragmentPath: '/lib/systemd/system/kubelet.service',
            DropInPaths: '/etc/systemd/system/kubelet.service.d/10-kubeadm.conf',
            EnvironmentFiles: '/var/lib/kubelet/kubeadm-flags.env (ignore_errors=yes)',
            NeedDaemonReload: 'no',
          },
        },
        files: {
          '/proc/uptime': '1358.36 2000.00\n',
          '/lib/systemd/system/kubelet.service': '[Service]\nExecStart=/usr/bin/kubelet\nRestart=always\n',
          '/etc/systemd/system/kubelet.service.d/10-kubeadm.conf':
            '[Service]\nEnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env\nExecStart=\nExecStart=/usr/bin/kubelet --v=2 $KUBELET_KUBEADM_ARGS\n',
          '/var/lib/kubelet/kubeadm-flags.env': 'KUBELET_KUBEADM_ARGS="--node-ip=10.0.0.4 --improve-speed"\n',
        },
      },
      outputs: {
        active: false,
        sub: 'auto-restart',
        crash_looping: true,
        restarts: 2,
        argv: ['/usr/bin/kubelet', '--v=2', '--node-ip=10.0.0.4', '--improve-speed'],
        flags: { '--v': '2', '--node-ip': '10.0.0.4', '--improve-speed': '' },
        environment_files: ['/var/lib/kubelet/kubeadm-flags.env'],
      },
      unmet: ['kubelet.service is active: expected, but it is activating (auto-restart)'],
    },
    {
      title: 'Up, but not yet for long enough',
      params: { unit: 'app', expect: { active: true, stable_for: '20s', enabled: true } },
      host: {
        units: {
          'app.service': {
            Id: 'app.service',
            LoadState: 'loaded',
            ActiveState: 'active',
            SubState: 'running',
            UnitFileState: 'enabled',
            ActiveEnterTimestampMonotonic: '95000000',
            FragmentPath: '/etc/systemd/system/app.service',
          },
        },
        files: { '/proc/uptime': '100.00 90.00\n', '/etc/systemd/system/app.service': '[Service]\nExecStart=/usr/bin/app --port 80\n' },
      },
      outputs: { active: true, stable_ms: 5000, flags: { '--port': '80' } },
      unmet: ['app.service has been active for 20 s without a restart: expected, but only for 5 s so far'],
    },
  ],
  async observe(host, { unit }): Promise<State> {
    const [source, uptime] = await Promise.all([readUnitSource(host, unit), host.file('/proc/uptime')]);
    const uptimeMs = uptime.kind === 'file' ? uptimeMsOf(bytesToText(uptime.content.bytes)) : 0;
    const { texts, context, environment } = source.snapshot;
    const effective = effectiveUnit(defineUnit(texts, context), environment);
    return { source, effective, vitals: unitVitals(source.properties, uptimeMs) };
  },
  outputs: {
    schema: {
      type: 'object',
      properties: {
        unit: { type: 'string', description: 'its full name' },
        load: { type: 'string', description: 'loaded, not-found, masked, bad-setting or error' },
        active: { type: 'boolean', description: 'it runs' },
        sub: { type: 'string', description: 'its sub-state, such as running or auto-restart' },
        enabled: { type: 'string', description: 'enabled, disabled, static, masked, …' },
        result: { type: 'string', description: 'how it last ended, such as success, exit-code or start-limit-hit' },
        restarts: { type: 'integer', description: 'how often systemd has restarted it by itself' },
        main_pid: { type: 'integer', description: '0 when there is no main process' },
        crash_looping: { type: 'boolean', description: 'systemd starts it again and again' },
        stable_ms: { type: 'integer', description: 'ms since it became active; 0 when it is not' },
        fragment: { type: 'string', description: 'path of the unit file' },
        drop_ins: { type: 'array', items: { type: 'string' }, description: 'paths of the drop-ins, in order' },
        argv: { type: 'array', items: { type: 'string' }, description: 'the arguments of ExecStart, argv[0] included' },
        origins: { type: 'array', items: ARGUMENT_ORIGIN, description: 'where each of argv comes from, in the same order' },
        flags: { type: 'object', additionalProperties: { type: 'string' }, description: "flag to its value, '' when it has none" },
        need_daemon_reload: { type: 'boolean', description: 'systemd still has older files in mind' },
        environment_files: { type: 'array', items: { type: 'string' }, description: 'paths of its environment files, in order' },
      },
    },
    of: toOutputs,
  },
  findings: ({ source, effective, vitals }) => findings(source, effective, vitals),
  verify: (state, { expect = {} }) => [...unmetState(state, expect), ...unmetStability(state, expect)],
});

function toOutputs({ source, effective, vitals }: State): JsonObject {
  const { properties } = source;
  const argv = effective.commands[0]?.argv ?? [];
  const texts = argv.map(({ text }) => unicode(text));
  return {
    unit: source.unit,
    load: properties['LoadState'] ?? '',
    active: vitals.active,
    sub: properties['SubState'] ?? '',
    enabled: properties['UnitFileState'] ?? '',
    result: properties['Result'] ?? '',
    restarts: vitals.restarts,
    main_pid: numberOf(properties['MainPID']),
    crash_looping: vitals.crashLooping,
    stable_ms: vitals.stableMs,
    fragment: properties['FragmentPath'] ?? '',
    drop_ins: source.snapshot.texts.dropIns.map(({ path }) => unicode(path)),
    argv: texts,
    origins: argv.map(({ file, line, variable }, index) => ({ arg: texts[index] ?? '', file: unicode(file), line, variable })),
    flags: flagsOf(texts.slice(1)),
    need_daemon_reload: properties['NeedDaemonReload'] === 'yes',
    environment_files: source.snapshot.environment.map(({ path }) => unicode(path)),
  };
}

function flagsOf(args: readonly string[]): JsonObject {
  const end = args.indexOf('--');
  const own = end === -1 ? args : args.slice(0, end);
  return Object.fromEntries(
    occurrences(own).map(({ name, index, value }) => {
      const arg = own[index] ?? '';
      return [name, value === undefined ? arg.slice(name.length + 1) : (own[value] ?? '')];
    }),
  );
}

function findings({ unit, properties }: UnitSource, { problems }: EffectiveUnit, vitals: UnitVitals): readonly Finding[] {
  const found: Finding[] = [];
  if (vitals.crashLooping) {
    found.push({
      kind: 'symptom',
      says: `${unit} is started again and again`,
      at: unit,
      evidence: [`${vitals.restarts} restarts, ${properties['Result'] ?? ''}`],
    });
  }
  if (properties['NeedDaemonReload'] === 'yes') {
    found.push({ kind: 'symptom', says: `${unit} was changed on disk, and systemd has not read it again`, at: unit, evidence: [] });
  }
  for (const problem of problems) found.push({ kind: 'symptom', says: unicode(problem), at: unit, evidence: [] });
  return found;
}

interface Expected {
  readonly active?: boolean;
  readonly sub?: string;
  readonly enabled?: boolean;
  readonly loaded?: boolean;
  readonly stable_for?: string;
}

function unmetState({ source, vitals }: State, expect: Expected): readonly Unmet[] {
  const { unit, properties } = source;
  const state = `${properties['ActiveState'] || 'unknown'} (${properties['SubState'] || 'unknown'})`;
  const isStopped = !vitals.active && properties['ActiveState'] !== 'activating';
  const unmet: Unmet[] = [];
  if (expect.loaded !== undefined && expect.loaded !== (properties['LoadState'] === 'loaded')) {
    unmet.push({ what: `${unit} is ${expect.loaded ? '' : 'not '}loaded: expected, but it is ${properties['LoadState'] || 'unknown'}` });
  }
  if (expect.active === true && !vitals.active) unmet.push({ what: `${unit} is active: expected, but it is ${state}` });
  if (expect.active === false && !isStopped) unmet.push({ what: `${unit} is not active: expected, but it is ${state}` });
  if (expect.sub !== undefined && expect.sub !== properties['SubState']) {
    unmet.push({ what: `${unit} is ${expect.sub}: expected, but it is ${state}` });
  }
  if (expect.enabled !== undefined && expect.enabled !== unitStateOf(properties).enabled) {
    unmet.push({
      what: `${unit} is ${expect.enabled ? '' : 'not '}enabled: expected, but it is ${properties['UnitFileState'] || 'unknown'}`,
    });
  }
  return unmet;
}

function unmetStability({ source, vitals }: State, expect: Expected): readonly Unmet[] {
  const wantedMs = durationMs(expect.stable_for ?? '');
  if (wantedMs === undefined || (!vitals.active && expect.active === true)) return [];
  const what = `${source.unit} has been active for ${showDuration(wantedMs)} without a restart: expected`;
  if (!vitals.active) return [{ what: `${what}, but it is not active` }];
  if (vitals.stableMs >= wantedMs) return [];
  return [{ what: `${what}, but only for ${showDuration(vitals.stableMs)} so far`, pendingMs: wantedMs - vitals.stableMs }];
}

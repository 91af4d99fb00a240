import type { Change, FileChange } from '../domain/change.ts';
import type { Failure } from '../domain/failure.ts';
import { absent, textToBytes, utf8Text, withBytes } from '../domain/file.ts';
import { defineStep } from '../domain/step.ts';
import type { ArgumentChange } from '../formats/argument-plan.ts';
import { type ChangedText, type Editable, editArguments } from '../formats/effective-argv-edit.ts';
import { versionDependentLine } from '../formats/env-file.ts';
import { readUnitSource, UNIT_NAME, type UnitSource, unicode } from './unit-source.ts';

const FLAG = { type: 'string', pattern: '^-[^\\s=\\u0000]+$', maxLength: 256 } as const;

/** What a package, or a generator at boot, writes and will write again. */
const NOT_OURS = /^\/(?:usr\/(?!local\/)|lib(?:32|64)?\/|run\/|var\/run\/|proc\/|sys\/|nix\/store\/)/;

/** The arguments of a unit's program, where they are really defined. */
export const systemdArgs = defineStep({
  name: 'systemd.args',
  summary: "Remove or set flags of a unit's program in the file that really defines them",
  docs: `Finds, by systemd's own rules, the file that brings each flag, and edits it there and nothing else: the variable in an
environment file, or the \`ExecStart=\` or \`Environment=\` line of a unit file or drop-in below /etc/systemd. Comments, quotes,
order and line ends stay. A unit file elsewhere belongs to a package: what is to be changed in it is said again in a drop-in
below /etc/systemd/system/UNIT.d that sorts last, and changed there.

\`--flag=value\` is one argument. A word that follows a bare \`--flag\` and does not begin with a dash is taken for its value, and is
removed with it. A flag that is set goes where it is; several of it become one, the last. A flag that is not there yet
is added to the variable that ends the command line, or to the command line. A flag is known by its name exactly as written.

The edited files are read again before anything is planned: when they would not give exactly the arguments that are meant, or
another variable would change, the step fails as \`ambiguous\`. systemd is told (daemon-reload) when a unit file changed,
or when it has not read earlier changes yet; the program is not restarted: that is \`systemd.restart\`.`,
  writesFiles: true,
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['unit'],
    properties: {
      unit: UNIT_NAME,
      remove: { type: 'array', items: FLAG, default: [], description: 'flags to remove with their values, such as --improve-speed' },
      set: {
        type: 'object',
        additionalProperties: { type: 'string', pattern: '^[^\\u0000]*$' },
        default: {},
        description: "flag to the value it must have; '' for a flag without one",
      },
    },
  },
  examples: [
    {
      title: 'A flag in an environment file',
      params: { unit: 'kubelet.service', remove: ['--improve-speed'], set: {} },
      host: {
        units: {
          'kubelet.service': {
            Id: 'kubelet.service',
            LoadState: 'loaded',
            FragmentPath: '/etc/systemd/system/kubelet.service',
            EnvironmentFiles: '/var/lib/kubelet/kubeadm-flags.env (ignore_errors=yes)',
          },
        },
        files: {
          '/etc/systemd/system/kubelet.service':
            '[Service]\nEnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env\nExecStart=/usr/bin/kubelet $KUBELET_KUBEADM_ARGS\n',
          '/var/lib/kubelet/kubeadm-flags.env': 'KUBELET_KUBEADM_ARGS="--node-ip=10.0.0.4 --improve-speed"\n',
        },
      },
      says: ['- --improve-speed in KUBELET_KUBEADM_ARGS'],
    },
    {
      title: 'Flags in a unit file of a package',
      params: { unit: 'app', remove: ['--fast'], set: { '--port': '8080' } },
      host: {
        units: { 'app.service': { Id: 'app.service', LoadState: 'loaded', FragmentPath: '/lib/systemd/system/app.service' } },
        files: { '/lib/systemd/system/app.service': '[Service]\nExecStart=/usr/bin/app --port 80 --fast hard\n' },
      },
      says: [
        '+ ExecStart, set anew here in place of the one in /lib/systemd/system/app.service',
        '- --fast hard in ExecStart',
        '~ --port=8080 (was --port 80) in ExecStart',
        '~ systemd reads its unit files again',
      ],
    },
    {
      title: 'Nothing to do',
      params: { unit: 'app', remove: ['--fast'], set: {} },
      host: {
        units: { 'app.service': { Id: 'app.service', LoadState: 'loaded', FragmentPath: '/lib/systemd/system/app.service' } },
        files: { '/lib/systemd/system/app.service': '[Service]\nExecStart=/usr/bin/app --port 80\n' },
      },
      says: [],
    },
  ],
  observe: (host, { unit }) => readUnitSource(host, unit),
  plan(source, { remove, set }) {
    const { unit, properties, snapshot } = source;
    if (snapshot.texts.fragment === undefined) return noFragment(unit, properties['LoadState'] ?? '');
    for (const { path, text } of snapshot.environment) {
      const line = text === undefined ? undefined : versionDependentLine(text);
      if (line === undefined) continue;
      return ambiguous(unit, `the comment at ${unicode(path)}:${line} ends in a backslash, which older and newer systemd read differently`);
    }
    const change: ArgumentChange = {
      remove: remove.map(utf8Text),
      set: Object.fromEntries(Object.entries(set).map(([flag, value]) => [utf8Text(flag), utf8Text(value)])),
    };
    const edit = editArguments(snapshot, change, editableIn(source));
    return edit.ok ? toChanges(source, edit.files) : ambiguous(unit, unicode(edit.why));
  },
});

function editableIn({ files }: UnitSource): Editable {
  const realPath = (path: string): string => {
    const state = files.get(path);
    return state?.kind === 'file' ? state.realPath : path;
  };
  return {
    unitFile: (path) => path.startsWith('/etc/systemd/') && realPath(path).startsWith('/etc/'),
    environmentFile: (path) => !NOT_OURS.test(path) && !NOT_OURS.test(realPath(path)),
  };
}

function toChanges(source: UnitSource, changed: readonly ChangedText[]): readonly Change[] {
  const files = changed.map((one) => fileChange(source, one));
  const isStale = source.properties['NeedDaemonReload'] === 'yes' && files.length > 0;
  if (!isStale && !changed.some(({ kind }) => kind === 'unit')) return files;
  return [...files, { kind: 'trigger', action: 'daemon-reload', says: ['~ systemd reads its unit files again'], sensitive: false }];
}

function fileChange({ files }: UnitSource, { path, text, says }: ChangedText): FileChange {
  const before = files.get(path) ?? absent;
  return { kind: 'file', path, before, after: withBytes(path, before, textToBytes(text)), says: says.map(unicode), sensitive: false };
}

function noFragment(unit: string, load: string): Failure {
  return { code: 'not-found', message: `${unit} has no unit file: it is ${load === '' ? 'unknown' : load}`, at: unit };
}

function ambiguous(unit: string, why: string): Failure {
  const hint = 'edit the files by hand, or name the file and variable in a file.env step';
  return { code: 'ambiguous', message: `the arguments of ${unit} cannot be changed safely: ${why}`, at: unit, hint };
}

import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/domain/change.ts';
import { bytesToText } from '../../src/domain/file.ts';
import { isFailure } from '../../src/domain/step.ts';
import { systemdArgs } from '../../src/steps/systemd.args.ts';
import { FakeHost } from '../fakes/fake-host.ts';

const LIB = '/lib/systemd/system/kubelet.service';
const DROP_IN = '/etc/systemd/system/kubelet.service.d/10-kubeadm.conf';
const FLAGS = '/var/lib/kubelet/kubeadm-flags.env';

function kubelet(properties: Record<string, string> = {}, files: Record<string, string> = {}): FakeHost {
  const unit = {
    Id: 'kubelet.service',
    LoadState: 'loaded',
    FragmentPath: LIB,
    DropInPaths: DROP_IN,
    EnvironmentFiles: `${FLAGS} (ignore_errors=yes)\n/etc/default/kubelet (ignore_errors=yes)`,
    NeedDaemonReload: 'no',
    ...properties,
  };
  return new FakeHost({
    units: { 'kubelet.service': unit },
    files: {
      [LIB]: '[Service]\nExecStart=/usr/bin/kubelet\n',
      [DROP_IN]: `[Service]\nEnvironmentFile=-${FLAGS}\nEnvironmentFile=-/etc/default/kubelet\nExecStart=\nExecStart=/usr/bin/kubelet $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS\n`,
      [FLAGS]: 'KUBELET_KUBEADM_ARGS="--node-ip=10.0.0.4 --improve-speed"',
      ...files,
    },
  });
}

async function plan(host: FakeHost, change: { remove?: string[]; set?: Record<string, string> }, unit = 'kubelet.service') {
  const params = { unit, remove: [], set: {}, ...change };
  return systemdArgs.plan?.(await systemdArgs.observe(host, params), params) ?? [];
}

async function changesOf(host: FakeHost, change: Parameters<typeof plan>[1]): Promise<readonly string[]> {
  const planned = await plan(host, change);
  return isFailure(planned) ? [`${planned.code}: ${planned.message}`] : planned.map(show);
}

function show(change: Change): string {
  if (change.kind !== 'file') return change.kind === 'trigger' ? change.action : change.kind;
  return `${change.path}: ${change.after.kind === 'file' ? bytesToText(change.after.content.bytes) : ''}`;
}

describe('systemd.args', () => {
  it('edits an environment file without telling systemd', async () => {
    expect(await changesOf(kubelet(), { remove: ['--improve-speed'] })).toEqual([`${FLAGS}: KUBELET_KUBEADM_ARGS="--node-ip=10.0.0.4"`]);
  });

  it('tells systemd when a unit file changes', async () => {
    const host = kubelet({ DropInPaths: '' }, { [LIB]: '[Service]\nExecStart=/usr/bin/kubelet --improve-speed\n' });
    expect(await changesOf(host, { remove: ['--improve-speed'] })).toEqual([
      '/etc/systemd/system/kubelet.service.d/50-runbook.conf: [Service]\nExecStart=\nExecStart=/usr/bin/kubelet\n',
      'daemon-reload',
    ]);
  });

  it('tells systemd too when it has not read earlier changes of the unit yet, and what is planned rests on them', async () => {
    const changes = await changesOf(kubelet({ NeedDaemonReload: 'yes' }), { remove: ['--improve-speed'] });
    expect(changes.at(-1)).toBe('daemon-reload');
    expect(await changesOf(kubelet({ NeedDaemonReload: 'yes' }), { remove: ['--other'] })).toEqual([]);
  });

  it('makes one change a file, with a line for each flag', async () => {
    const planned = await plan(kubelet(), { remove: ['--improve-speed', '--node-ip'] });
    expect(isFailure(planned) ? planned : planned.map(({ says }) => says)).toEqual([
      ['- --node-ip=10.0.0.4 in KUBELET_KUBEADM_ARGS', '- --improve-speed in KUBELET_KUBEADM_ARGS'],
    ]);
  });

  it('makes the environment file that is named last and missing, for a flag that is not there yet', async () => {
    const [change] = (await plan(kubelet(), { set: { '--v': '4' } })) as readonly Change[];
    expect(change).toMatchObject({
      path: '/etc/default/kubelet',
      before: { kind: 'absent' },
      after: { kind: 'file', attributes: { mode: 0o644, uid: 0, gid: 0 } },
      says: ['+ --v=4 in KUBELET_EXTRA_ARGS'],
    });
  });

  it('keeps bytes that are not ASCII', async () => {
    const host = kubelet({}, { [FLAGS]: '# grün\nKUBELET_KUBEADM_ARGS="--l=é --improve-speed"\n' });
    const [change] = (await plan(host, { remove: ['--improve-speed'], set: { '--l': 'ü' } })) as readonly Change[];
    expect(change?.kind === 'file' && change.after.kind === 'file' && Buffer.from(change.after.content.bytes).toString('utf8')).toBe(
      '# grün\nKUBELET_KUBEADM_ARGS="--l=ü"\n',
    );
    expect(change?.says).toEqual(['- --improve-speed in KUBELET_KUBEADM_ARGS', '~ --l=ü (was --l=é) in KUBELET_KUBEADM_ARGS']);
  });

  it('does not edit a unit file in /etc that is a link to a file of a package', async () => {
    const host = kubelet({ FragmentPath: '/etc/systemd/system/kubelet.service', DropInPaths: '' });
    host.links.set('/etc/systemd/system/kubelet.service', LIB);
    host.write(LIB, '[Service]\nExecStart=/usr/bin/kubelet --improve-speed\n');
    const changes = await changesOf(host, { remove: ['--improve-speed'] });
    expect(changes[0]).toMatch('/etc/systemd/system/kubelet.service.d/50-runbook.conf: ');
  });

  it.each([
    ['a unit that is not there', () => new FakeHost(), 'not-found: kubelet.service has no unit file: it is not-found'],
    [
      'a masked unit',
      () => kubelet({ LoadState: 'masked', FragmentPath: '/dev/null' }),
      'not-found: kubelet.service has no unit file: it is masked',
    ],
    [
      'an environment file of a directory that is made anew at boot',
      () => kubelet({}, { [DROP_IN]: '[Service]\nEnvironmentFile=/run/e\nExecStart=\nExecStart=/k $A\n', '/run/e': 'A=--improve-speed\n' }),
      'ambiguous: the arguments of kubelet.service cannot be changed safely: /run/e is not ours to edit, and a drop-in cannot override what it sets',
    ],
    [
      'a file that older and newer systemd read differently',
      () => kubelet({}, { '/etc/default/kubelet': '# c \\\nKUBELET_EXTRA_ARGS=--improve-speed\n' }),
      'ambiguous: the arguments of kubelet.service cannot be changed safely: the comment at /etc/default/kubelet:1 ends in a backslash, which older and newer systemd read differently',
    ],
  ])('fails for %s', async (_what, host, failure) => {
    expect(await changesOf(host(), { remove: ['--improve-speed'] })).toEqual([failure]);
  });

  it('asks for its own drop-in along with the unit, and for all files that the manager lists in one exchange', async () => {
    const host = kubelet();
    const batches: string[][] = [];
    const file = host.file.bind(host);
    let open: string[] | undefined;
    host.file = (path) => {
      if (open === undefined) {
        open = [];
        batches.push(open);
        // The end of this turn of the event loop, with all that its promises still start.
        setImmediate(() => {
          open = undefined;
        });
      }
      open.push(path);
      return new Promise((resolve) => setImmediate(() => resolve(file(path))));
    };
    await plan(host, { remove: ['--improve-speed'] });
    expect(batches[0]).toEqual(['/etc/systemd/system/kubelet.service.d/50-runbook.conf']);
    expect(batches).toHaveLength(2);
  });
});

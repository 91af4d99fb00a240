import { describe, expect, test } from 'vitest';
import { containersRunning } from '../../src/steps/containers.running.ts';
import { type Answer, FakeHost } from '../fakes/fake-host.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const SANDBOX = 'c'.repeat(64);
const PODS = 'crictl pods -q --state ready';

async function look(host: FakeHost, expected: { still?: readonly string[]; at_least?: number } = {}) {
  const params = { expect: expected };
  const state = await containersRunning.observe(host, params);
  return {
    outputs: containersRunning.outputs?.of(state, params),
    unmet: containersRunning.verify?.(state, params).map(({ what }) => what),
  };
}

function hostWith(programs: Readonly<Record<string, Answer>>, ...cgroups: readonly string[]): FakeHost {
  const host = new FakeHost();
  for (const [line, answer] of Object.entries(programs)) host.programs.set(line, answer);
  for (const cgroup of cgroups) host.write(`/sys/fs/cgroup/${cgroup}/cgroup.procs`, '1\n');
  return host;
}

/** crictl 1.29 warns on standard error when it is not configured. */
const WARNING =
  'time="2026-11-22T08:05:00Z" level=warning msg="runtime connect using default endpoints: [unix:///run/containerd/containerd.sock]"\n';

test('crictl lists ids, whatever it warns of', async () => {
  const host = hostWith({ 'crictl ps -q': { stdout: `${B}\n${A}\n`, stderr: WARNING }, [PODS]: { stdout: `${SANDBOX}\n` } });
  expect((await look(host)).outputs).toEqual({ ids: [A, B], source: 'crictl' });
  expect(host.asked.filter((line) => line.startsWith('list'))).toEqual([]);
});

test('a crictl without a runtime is no answer: the control groups are read', async () => {
  const host = hostWith(
    { 'crictl ps -q': { code: 1, stderr: `${WARNING}E1122 remote_runtime.go:390] "ListContainers failed"\n` } },
    `kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod1.slice/cri-containerd-${A}.scope`,
  );
  expect((await look(host)).outputs).toEqual({ ids: [A], source: 'cgroups' });
});

describe('control groups', () => {
  test.each([
    ['containerd, systemd driver', `kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-containerd-${A}.scope`],
    ['CRI-O', `kubepods.slice/kubepods-pod1.slice/crio-${A}.scope`],
    ['docker', `kubepods.slice/kubepods-pod1.slice/docker-${A}.scope`],
    ['cgroupfs driver', `kubepods/burstable/pod6f1c/${A}`],
    ['cgroup v1', `systemd/kubepods/besteffort/pod6f1c/${A}`],
    ['below a root of the kubelet', `kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod1.slice/cri-containerd-${A}.scope`],
    ['with groups of its own', `kubepods/pod1/${A}/init.scope`],
  ])('%s', async (_title, cgroup) => {
    expect((await look(hostWith({}, cgroup))).outputs).toEqual({ ids: [A], source: 'cgroups' });
  });

  test.each([
    ['a monitor of CRI-O', `kubepods.slice/kubepods-pod1.slice/crio-conmon-${A}.scope`],
    ['a container outside pods', `system.slice/docker-${A}.scope`],
    ['a short name', 'kubepods/pod1/abcdef'],
    ['an empty pod', 'kubepods.slice/kubepods-pod1.slice'],
  ])('%s is none', async (_title, cgroup) => {
    expect((await look(hostWith({}, cgroup))).outputs).toEqual({ ids: [], source: 'cgroups' });
  });
});

test('what must still run and does not is named', async () => {
  const host = hostWith({ 'crictl ps -q': { stdout: `${A}\n` }, [PODS]: { stdout: `${SANDBOX}\n` } });
  expect((await look(host, { still: [A, B, SANDBOX], at_least: 2 })).unmet).toEqual([
    'container bbbbbbbbbbbb is still running: expected, but it is not',
    'at least 2 containers are running: expected, but 1 are',
  ]);
});

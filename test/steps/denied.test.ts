import { describe, expect, test } from 'vitest';
import type { DeniedRead } from '../../src/domain/denied.ts';
import type { AnyStepSpec } from '../../src/domain/step.ts';
import { commandProbe } from '../../src/steps/command.probe.ts';
import { containersRunning } from '../../src/steps/containers.running.ts';
import { kubernetesNode } from '../../src/steps/kubernetes.node.ts';
import { programArgs } from '../../src/steps/program.args.ts';
import { systemdJournal } from '../../src/steps/systemd.journal.ts';
import { type Answer, FakeHost } from '../fakes/fake-host.ts';

const JOURNAL =
  'journalctl -o json --no-pager --all --reverse --output-fields=MESSAGE,PRIORITY --unit=kubelet.service --since=-900s -n 2000';
const LOG = { unit: 'kubelet.service', since: '15m', lines: 2_000, expect: { absent: ['unknown flag'] } };
const HINT = { stderr: 'Hint: You are currently not seeing messages from other users and the system.\n      Users in groups…\n' };
const SHUT = { code: 1, stderr: "tail: cannot open '/var/log/syslog' for reading: Permission denied\n" };
const KUBECTL = 'error: error loading config file "/etc/kubernetes/admin.conf": open /etc/kubernetes/admin.conf: permission denied\n';

async function look(spec: unknown, params: object, programs: Readonly<Record<string, Answer>>) {
  const type = spec as AnyStepSpec;
  const host = new FakeHost();
  for (const [line, answer] of Object.entries(programs)) host.programs.set(line, answer);
  const state = await type.observe(host, params);
  return { denied: type.denied?.(state, params) ?? [], unmet: type.verify?.(state, params) ?? [] };
}

/** Command line, and what was read instead. */
const told = (denied: readonly DeniedRead[]) =>
  denied.map(({ read, instead }) => [read.kind === 'probe' ? read.argv.join(' ') : read, instead]);

describe('a program that is denied what it is to read is named', () => {
  test.each([
    ['of which some other files may be read', HINT],
    ['of which no file may be read', { stderr: 'No journal files were opened due to insufficient permissions.\n' }],
  ])('a journal %s and a syslog: nothing is known, and so nothing is unmet for sure', async (_what, hidden) => {
    const { denied, unmet } = await look(systemdJournal, LOG, { [JOURNAL]: hidden, 'tail -c 1000000 /var/log/syslog': SHUT });
    expect(told(denied)).toEqual([
      [JOURNAL, undefined],
      ['tail -c 1000000 /var/log/syslog', undefined],
    ]);
    expect(denied[0]?.why).toBe(hidden.stderr.split('\n')[0]);
    expect(unmet).toMatchObject([{ inconclusive: true }]);
  });

  test('a journal that is hidden without a word', async () => {
    const unseen = { 'journalctl -q -o cat --no-pager -n 1 _PID=1': {} };
    const host = { [JOURNAL]: {}, ...unseen };
    const type = systemdJournal as unknown as AnyStepSpec;
    const fake = new FakeHost();
    for (const [line, answer] of Object.entries(host)) fake.programs.set(line, answer);
    const someone = Object.assign(fake, { facts: async () => ({ ...(await new FakeHost().facts()), uid: 1000 }) });
    const state = await type.observe(someone, LOG);
    expect(told(type.denied?.(state, LOG) ?? [])).toEqual([[JOURNAL, undefined]]);
  });

  test('a journal that syslog stands in for', async () => {
    const syslog = { 'tail -c 1000000 /var/log/syslog': { stdout: '' }, 'date +%s %z': { stdout: '1795334700 +0000\n' } };
    const { denied, unmet } = await look(systemdJournal, LOG, { [JOURNAL]: HINT, ...syslog });
    expect([told(denied), unmet]).toEqual([[[JOURNAL, 'syslog']], []]);
  });

  test('a journal that is not there is no denial', async () => {
    const { denied, unmet } = await look(systemdJournal, LOG, {});
    expect(denied).toEqual([]);
    expect(unmet[0]?.inconclusive).toBeUndefined();
  });

  test('the runtime of containers, for which control groups stand in', async () => {
    const why = 'level=fatal msg="connect: permission denied"';
    const { denied } = await look(containersRunning, {}, { 'crictl ps -q': { code: 1, stderr: `${why}\n` } });
    expect(denied).toEqual([{ read: { kind: 'probe', argv: ['crictl', 'ps', '-q'] }, why, instead: 'control groups' }]);
  });

  test('a kubeconfig', async () => {
    const params = { node: 'a', kubeconfig: '/etc/kubernetes/admin.conf', expect: { ready: true } };
    const line = 'kubectl get nodes -o json --kubeconfig=/etc/kubernetes/admin.conf';
    const { denied, unmet } = await look(kubernetesNode, params, { [line]: { code: 1, stderr: KUBECTL } });
    expect(told(denied)).toEqual([[line, undefined]]);
    expect(unmet).toMatchObject([{ inconclusive: true }]);
  });

  test('a directory where kubeadm leaves one, for kubectl is asked all the same', async () => {
    const type = kubernetesNode as unknown as AnyStepSpec;
    const host = new FakeHost();
    host.faults.set('/etc/kubernetes', { code: 'permission-denied', message: 'closed' });
    host.programs.set('kubectl get nodes -o json', { code: 1, stderr: 'The connection to the server localhost:8080 was refused\n' });
    const line = 'kubectl get nodes -o json --kubeconfig=/etc/kubernetes/admin.conf';
    host.programs.set(line, { code: 1, stderr: KUBECTL });
    expect(told(type.denied?.(await type.observe(host, { node: 'a' }), { node: 'a' }) ?? [])).toEqual([[line, undefined]]);
  });

  test('a program of the author, of which it is then not known how it would have ended', async () => {
    const params = { argv: ['cat', '/etc/shadow'], read_only: true, expect: { code: 0 } };
    const shut = { code: 1, stderr: 'cat: /etc/shadow: Permission denied\n' };
    const { denied, unmet } = await look(commandProbe, params, { 'cat /etc/shadow': shut });
    expect(told(denied)).toEqual([['cat /etc/shadow', undefined]]);
    expect(unmet).toMatchObject([{ inconclusive: true }]);
  });

  test('a program that is to be asked about its arguments', async () => {
    const params = { argv: ['/usr/bin/kubelet', '--v=2'], dialect: 'pflag', probe: ['--version'], timeout: '5s' };
    const line = '/usr/bin/kubelet --version';
    const shut = { code: 126, stderr: "timeout: failed to run command '/usr/bin/kubelet': Permission denied\n" };
    const { denied } = await look(programArgs, params, { [line]: shut, [`${line} --v=2`]: shut });
    expect(told(denied)).toEqual([[line, undefined]]);
  });
});

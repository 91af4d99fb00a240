import { describe, expect, test } from 'vitest';
import { showDiagnosis } from '../../src/ui/show-diagnosis.ts';
import { showFailure } from '../../src/ui/show-failure.ts';
import { showPlan } from '../../src/ui/show-plan.ts';
import { showRecap } from '../../src/ui/show-recap.ts';
import { recap } from '../../src/views/recap.ts';
import { FakeOutput, testPage } from './fake-output.ts';
import { APPLY, bigFleet, CAUSE, FLEET, fileChange, flagRemoved, illPlan, plan, RESTART, ROLLBACK } from './streams.ts';

const DIAGNOSIS = { runbook: 'kubelet-bad-flag', next: ['runbook', 'plan', 'kubelet-bad-flag'] };
const text = (lines: readonly string[]) => `\n${lines.join('\n')}\n`;

describe('the diagnosis', () => {
  test('groups hosts by cause and says what was seen on the others', () => {
    expect(text(showDiagnosis(testPage(), DIAGNOSIS, FLEET))).toMatchInlineSnapshot(`
      "
      kubelet-bad-flag: 4 of 5 hosts looked at

      ✗ 2 hosts      --improve-speed is not a flag of /usr/bin/kubelet
          where      /var/lib/kubelet/kubeadm-flags.env:1
          also       kubelet does not know --improve-speed and exits (journal)
          evidence   lab-2 │ failed to parse kubelet flag: unknown flag:
                     lab-2 │ --improve-speed
          explains   systemd gave up starting kubelet after it had failed too often
          no fault   kubectl was run without a kubeconfig; no error of the node
          hosts      lab-2, lab-4

      ! 1 host       ill of another cause; not touched
          seen       kubelet.service is not active, but failed
          hosts      lab-3

      ✗ 1 host       not reached: no answer from lab-5 port 22 within 10 s
          next       see whether the host is up, and whether this machine may reach it
          hosts      lab-5

      ✓ 1 host       healthy: lab-1

      Next: runbook plan kubelet-bad-flag
      "
    `);
  });

  test('shows the rarest cause first, and folds the names of many hosts', () => {
    const rare = illPlan('odd');
    const plans = [...bigFleet(), { ...rare, findings: [{ ...CAUSE, at: '/etc/default/kubelet:3' }] }];
    const lines = showDiagnosis(testPage(), DIAGNOSIS, plans);
    expect(lines.filter((line) => /^✗|^ {4}hosts/.test(line))).toEqual([
      '✗ 1 host       --improve-speed is not a flag of /usr/bin/kubelet',
      '    hosts      odd',
      '✗ 400 hosts    --improve-speed is not a flag of /usr/bin/kubelet',
      '    hosts      node-1, node-2, node-3 and 397 more',
    ]);
  });

  test('names all hosts on a full page', () => {
    const lines = showDiagnosis(testPage({ full: true }), DIAGNOSIS, bigFleet());
    expect(lines.join(' ')).toContain('node-400');
  });

  test('uses plain letters for its signs in the C locale', () => {
    const lines = showDiagnosis(testPage({ environment: { LC_ALL: 'C' } }), DIAGNOSIS, FLEET).join('\n');
    expect(lines).toMatch(/^[\x20-\x7e\n]+$/);
  });
});

describe('the plan', () => {
  test('shows three diffs for four hundred hosts, the odd ones first', () => {
    const lines = showPlan(testPage(), { runbook: 'kubelet-bad-flag' }, bigFleet());
    expect(lines.filter((line) => /^\S/.test(line))).toEqual([
      'kubelet-bad-flag: 400 of 400 hosts would be changed, in 3 different ways',
      '! 1 host       node-8',
      '! 2 hosts      node-31, node-32',
      '! 397 hosts    node-1, node-2, node-3 and 394 more',
    ]);
    expect(lines.filter((line) => line.includes('@@')).length).toBe(3);
  });

  test('shows what would be done in the order in which it is done, with the diff', () => {
    const lines = showPlan(testPage(), { runbook: 'kubelet-bad-flag', next: ['runbook', 'apply', 'x'] }, FLEET.slice(0, 2));
    expect(text(lines)).toMatchInlineSnapshot(`
      "
      kubelet-bad-flag: 1 of 2 hosts would be changed

      ! 1 host       lab-2
          ~ /var/lib/kubelet/kubeadm-flags.env
            - --improve-speed in KUBELET_KUBEADM_ARGS
            │ @@ -1 +1 @@
            │ -KUBELET_KUBEADM_ARGS="--v=2 --improve-speed"
            │ +KUBELET_KUBEADM_ARGS="--v=2"
          ~ reset-failed kubelet.service
          ~ restart kubelet.service
          deferred   healthz: asked after the restart, in verify

      ✓ 1 host       healthy: lab-1

      Nothing was changed. To make these changes: runbook apply x
      "
    `);
  });

  test('says of a step that may fail, and did, that it failed and why', () => {
    const step = { id: 'tune', phase: 'remediate', uses: 'file.line', findings: [], unmet: [] } as const;
    const status = { kind: 'failed', failure: { code: 'not-found', message: '/etc/app.conf does not exist' } } as const;
    const shown = showPlan(testPage(), { runbook: 'x' }, [plan('a', 'would-fix', { changes: RESTART, steps: [{ ...step, status }] })]);
    expect(shown).toContain('    failed     tune: /etc/app.conf does not exist');
  });

  test('names each read that was denied once for all hosts on which it was, with the step, why, and what would allow it', () => {
    const step = { phase: 'diagnose', status: { kind: 'read' }, findings: [], unmet: [] } as const;
    const denied = [{ read: { kind: 'file', path: '/etc/secret' }, why: 'may not be read' }] as const;
    const log = [{ read: { kind: 'probe', argv: ['journalctl', '-n', '9'] }, why: 'no\u001b', instead: 'syslog' }] as const;
    const steps = [
      { ...step, id: 'conf', uses: 'file.read', denied },
      { ...step, id: 'log', uses: 'systemd.journal', denied: log },
    ];
    const plans = [plan('a', 'unknown', { steps }), plan('b', 'healthy'), plan('c', 'would-fix', { changes: RESTART, steps })];
    const lines = [
      '! 2 hosts      2 reads denied: a, c',
      '    denied     conf: /etc/secret (may not be read)',
      '               log: journalctl -n 9 (no\\x1b; read from syslog instead)',
      '    next       runbook sudoers x -l a',
    ];
    const title = { runbook: 'x', next: [], sudoers: ['runbook', 'sudoers', 'x'] };
    expect(showPlan(testPage(), title, plans).join('\n')).toContain(lines.join('\n'));
    expect(showDiagnosis(testPage(), title, plans).join('\n')).toContain(lines.join('\n'));
  });

  test('says only what they have in common of diffs that are too many', () => {
    const plans = Array.from({ length: 30 }, (_, index) => illPlan(`n${index}`, [flagRemoved(`--v=${index}`)]));
    const lines = showPlan(testPage(), { runbook: 'x' }, plans);
    expect(lines.filter((line) => line.includes('@@')).length).toBe(12);
    expect(lines.slice(-3)).toEqual([
      '! 18 hosts     n12, n13, n14 and 15 more: 18 more diffs, not shown here; -v',
      '               shows all',
      '               - --improve-speed in KUBELET_KUBEADM_ARGS',
    ]);
    expect(showPlan(testPage({ full: true }), { runbook: 'x' }, plans).filter((line) => line.includes('@@')).length).toBe(30);
  });

  test('shows of a sensitive file how many lines it has and its digest, and nothing else', () => {
    const change = fileChange('/etc/app.env', 'PASSWORD=hunter2\n', 'PASSWORD=hunter3\nA=1', { sensitive: true, says: ['~ hunter3'] });
    const shown = showPlan(testPage(), { runbook: 'x' }, [illPlan('a', [change])]).join('\n');
    expect(shown).not.toContain('hunter');
    expect(shown).toContain(`1 line, sha256 ${digest(change.before)} becomes`);
    expect(shown).toContain(`2 lines, sha256 ${digest(change.after)}`);
  });

  test('shows in red what cannot be taken back, and how the rest is', () => {
    const common = { kind: 'command', timeoutMs: 1_000, says: [], sensitive: false } as const;
    const changes = [
      { ...common, argv: ['rm', '-r', '/var/cache/a b'], undo: { irreversible: 'the cache is gone' } },
      { ...common, argv: ['sysctl', 'a=1'], undo: { argv: ['sysctl', 'a=0'] } },
    ];
    const shown = showPlan(testPage({ color: 'always' }), { runbook: 'x' }, [plan('a', 'would-fix', { changes })]);
    expect(shown).toContain("    \x1b[31m~ run rm -r '/var/cache/a b'\x1b[39m");
    expect(shown).toContain('      ! \x1b[31mcannot be taken back: the cache is gone\x1b[39m');
    expect(shown).toContain('      \x1b[2mtaken back by sysctl a=0\x1b[22m');
  });

  test('shows shell text in red, also where it takes back', () => {
    const common = { kind: 'command', timeoutMs: 1_000, says: [], sensitive: false } as const;
    const changes = [
      { ...common, argv: ['sh', '-c', 'a | b'], undo: { argv: ['c'] } },
      { ...common, argv: ['d'], undo: { argv: ['bash', '-c', 'e'] } },
    ];
    const shown = showPlan(testPage({ color: 'always' }), { runbook: 'x' }, [plan('a', 'would-fix', { changes })]);
    expect(shown).toContain("    \x1b[31m~ run sh -c 'a | b'\x1b[39m");
    expect(shown).toContain('    \x1b[31m~ run d\x1b[39m');
    expect(shown.filter((line) => line.includes('shell text: what it does, only whoever reads it knows'))).toHaveLength(2);
  });

  test.each([
    [[plan('a', 'healthy'), plan('b', 'unreachable')], 'x: nothing to change on 1 of 2 hosts; 1 could not be judged'],
    [[plan('a', 'failed'), plan('b', 'unreachable')], 'x: 2 hosts could not be judged'],
    [[plan('a', 'failed', { facts: { uid: 0 } })], 'x: nothing to change on 1 host'],
  ])('claims nothing of hosts that were not looked at', (plans, title) => {
    expect(showPlan(testPage(), { runbook: 'x' }, plans)[0]).toBe(title);
  });

  test('names what the command lacks below it, so that it can be pasted', () => {
    const lines = showPlan(testPage(), { runbook: 'x', next: ['runbook', 'apply', 'x'], secrets: ['token'] }, [illPlan('a')]);
    expect(lines.slice(-2)).toEqual(['Nothing was changed. To make these changes: runbook apply x', '  and -e token=… again']);
  });

  test('says so when there is nothing to change', () => {
    expect(showPlan(testPage(), { runbook: 'x', next: ['runbook', 'apply', 'x'] }, [plan('a', 'healthy')])).toEqual([
      'x: nothing to change on 1 host',
      '',
      '✓ 1 host       healthy: a',
    ]);
  });

  test('keeps within 80 columns on a terminal, and leaves lines whole in a pipe', () => {
    const long = [illPlan('a', [flagRemoved('--a=b '.repeat(40).trim())])];
    const widest = (lines: readonly string[]) => Math.max(...lines.map((line) => line.length));
    expect(widest(showPlan(testPage(), { runbook: 'x' }, long))).toBeLessThanOrEqual(80);
    expect(widest(showPlan(testPage({}, new FakeOutput({ isTTY: false })), { runbook: 'x' }, long))).toBeGreaterThan(200);
  });
});

test('the recap has what a command is good for below it where there is no room beside it', () => {
  const summary = recap(APPLY);
  const lines = summary ? showRecap(testPage({}, new FakeOutput({ width: 40 })), summary) : [];
  expect(lines.slice(-5)).toEqual([
    '      runbook rollback 01RUN',
    '        take the changes back',
    '      runbook report 01RUN',
    '        what happened, as a page for',
    '        others',
  ]);
});

test('the recap counts outcomes, says why, and names the commands that come next', () => {
  const summary = recap(APPLY);
  expect(summary && text(showRecap(testPage(), summary))).toMatchInlineSnapshot(`
    "
    kubelet-bad-flag: apply finished (run 01RUN)
    ✓ 1 host       fixed: lab-2
    ! 1 host       rolled back: lab-4
    ✗ 1 host       not reached: lab-5
    ! 1 host       ill of another cause: lab-3
    ✓ 1 host       healthy: lab-1

    ✗ lab-4: rolled back: kubelet.service has been up for only 3 s
        where      verify
    ✗ lab-5: not reached: no answer from lab-5 port 22 within 10 s
        next       see whether the host is up, and whether this machine may reach it

    Next: runbook diagnose kubelet-bad-flag -l lab-5,lab-4,lab-3
            see how these stand now
          runbook rollback 01RUN  take the changes back
          runbook report 01RUN    what happened, as a page for others
    "
  `);
});

test('the recap of a rollback takes hosts that are rolled back for good news', () => {
  const summary = recap(ROLLBACK);
  expect(summary && showRecap(testPage(), summary).slice(0, 4)).toEqual([
    'kubelet-bad-flag: rollback finished (run 01RUN)',
    '✓ 1 host       rolled back: lab-2',
    '✗ 1 host       in conflict with an edit by somebody else: lab-6',
    '✓ 1 host       nothing to take back: lab-7',
  ]);
});

test('a failure says what, where, how things are now, and what to do', () => {
  const failure = { code: 'stale', message: '/etc/app.env is no longer what it was', at: 'web1', hint: 'plan again' } as const;
  expect(showFailure(testPage(), failure, 'nothing was written')).toEqual([
    '✗ /etc/app.env is no longer what it was',
    '    where      web1',
    '    now        nothing was written',
    '    next       plan again',
  ]);
});

function digest(state: ReturnType<typeof fileChange>['before']): string {
  return state.kind === 'file' ? state.content.sha256.slice(0, 12) : '';
}

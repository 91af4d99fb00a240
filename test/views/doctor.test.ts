import { describe, expect, test } from 'vitest';
import type { Check } from '../../src/views/doctor/check.ts';
import {
  judgeClock,
  judgeNode,
  judgeOpenFiles,
  judgePolicy,
  judgePrograms,
  judgeTerminal,
  judgeVariables,
  PROGRAMS,
} from '../../src/views/doctor/here.ts';
import { judgeAnsibleConfig, judgeInventory, judgeRunbooks } from '../../src/views/doctor/inventory.ts';
import { doctorExitCode, doctorReport } from '../../src/views/doctor/report.ts';
import { judgeKeys, judgeKnownHosts, judgeSshConfig, judgeWays } from '../../src/views/doctor/ssh.ts';
import { judgeRuns, judgeState } from '../../src/views/doctor/state.ts';

const NOW = Date.UTC(2026, 10, 26, 6, 0, 0);
const STATE = {
  path: '/s',
  there: { isDirectory: true, isOurs: true, mode: 0o700 },
  isWritable: true,
  freeKiB: 9_000_000,
};
const RUNS = { kept: 3, live: [], cutOff: [], damaged: [] };
const KNOWN = { path: '/k', mode: 0o600, keys: 4, authorities: 0, senseless: [] };
const FILE = { path: '/id', isEncrypted: false, isInAgent: false };
const KEYS = { agent: { socket: '/a', keys: 2 }, identitiesOnly: false, files: [FILE], unusable: [] };
const POLICY = {
  asksSignatures: true,
  signers: [{ path: '/w', keys: 2 }],
  revoked: [{ path: '/x', keys: 1 }],
  runKey: { path: '/r', isThere: true },
};
const TERMINAL = { isTTY: true, columns: 80, isColoured: true, asks: true };
const FAILURE = { code: 'bad-input', message: 'a quote is not closed', at: '/c:3:1', hint: 'close it' } as const;

const FIT: readonly Check[] = [
  judgeNode('24.15.0'),
  judgeNode('26.0.0'),
  judgeState(STATE),
  judgeState({ path: '/s', isWritable: true, freeKiB: 9_000_000 }),
  judgeRuns({ ...RUNS, live: ['r1'] }, NOW),
  judgeInventory({ sources: ['/i'], why: '$RUNBOOK_INVENTORY', read: { hosts: 3, warnings: [] } }),
  judgeInventory({ sources: ['kubernetes:'], read: 'not-read' }),
  judgeAnsibleConfig({ path: 'ansible.cfg', followed: [{ name: 'remote_user' }] }),
  judgeRunbooks({ files: 2, missing: [], broken: [] }),
  judgeSshConfig({ files: [], matchExec: [] }),
  judgeKnownHosts([KNOWN, { path: '/none', keys: 0, authorities: 0, senseless: [] }]),
  judgeKeys([KEYS]),
  judgeWays({ hosts: 3, failures: [] }),
  judgePolicy(POLICY),
  judgePolicy({ asksSignatures: false, signers: [], revoked: [] }),
  judgePrograms(new Set(PROGRAMS), true),
  judgePrograms(new Set(), false),
  judgeOpenFiles(1_024, 500),
  judgeOpenFiles(undefined, 50_000),
  judgeClock(NOW, NOW - 1),
  judgeTerminal(TERMINAL),
  judgeTerminal({ ...TERMINAL, isTTY: false, columns: 1 }),
  judgeVariables({ set: ['RUNBOOK_PATH=/p'], unknown: [] }),
];

test.each(FIT.map((check) => [`${check.check}: ${check.says}`, check]))('nothing is wrong with %s', (_, check) => {
  expect(check.findings).toEqual([]);
});

describe('this machine', () => {
  test.each<readonly [string, Check, 'bad' | 'warn', RegExp]>([
    ['an old Node', judgeNode('24.14.9'), 'bad', /older than 24\.15/],
    ['a state directory that is none', judgeState({ ...STATE, there: { ...STATE.there, isDirectory: false } }), 'bad', /no directory/],
    ['one that may not be written to', judgeState({ ...STATE, isWritable: false }), 'bad', /may not be written to/],
    ['one that cannot be made', judgeState({ path: '/s', isWritable: false, freeKiB: 9_000_000 }), 'bad', /cannot be made/],
    ['one that cannot sync', judgeState({ ...STATE, syncProblem: 'EIO' }), 'bad', /durable: EIO/],
    ['a disk that is full', judgeState({ ...STATE, freeKiB: 12 }), 'bad', /12 KiB left/],
    ['a disk that is nearly full', judgeState({ ...STATE, freeKiB: 51_200 }), 'warn', /50 MiB left/],
    ['somebody else who has it', judgeState({ ...STATE, there: { ...STATE.there, isOurs: false } }), 'warn', /another user/],
    ['others who may look into it', judgeState({ ...STATE, there: { ...STATE.there, mode: 0o750 } }), 'warn', /mode 0750/],
    ['a network file system', judgeState({ ...STATE, fileSystem: 'network' }), 'warn', /network file system/],
    ['one in memory', judgeState({ ...STATE, fileSystem: 'memory' }), 'warn', /in memory/],
    ['a run that was altered', judgeRuns({ ...RUNS, damaged: [{ run: 'r1', why: 'run r1: line 2' }] }, NOW), 'warn', /run r1: line 2/],
    ['no inventory', judgeInventory({ read: { failure: { code: 'not-found', message: 'none was found' } } }), 'warn', /none was found/],
    ['several', judgeInventory({ read: { failure: { code: 'ambiguous', message: 'several' } } }), 'warn', /several/],
    ['one that is not there', judgeInventory({ sources: ['/x'], read: { failure: { code: 'not-found', message: 'no' } } }), 'bad', /no/],
    ['one that does not parse', judgeInventory({ sources: ['/c'], read: { failure: FAILURE } }), 'bad', /^\/c:3:1: a quote/],
    ['one without hosts', judgeInventory({ sources: ['/c'], read: { hosts: 0, warnings: [] } }), 'warn', /no hosts/],
    ['one with a doubt', judgeInventory({ sources: ['/c'], read: { hosts: 1, warnings: ['odd'] } }), 'warn', /odd/],
    [
      'an ansible.cfg that wants host keys unchecked',
      judgeAnsibleConfig({ path: 'a', notFollowed: [{ name: 'host_key_checking', at: 'ansible.cfg:2', why: 'they are' }] }),
      'warn',
      /^ansible\.cfg:2: host_key_checking is not followed: they are/,
    ],
    ['one that cannot be read', judgeAnsibleConfig({ path: '/c', failure: FAILURE }), 'bad', /a quote/],
    ['a runbook that is not valid', judgeRunbooks({ files: 2, missing: [], broken: [{ file: 'a', problem: 'a:1:2' }] }), 'bad', /a:1:2/],
    ['a path that leads nowhere', judgeRunbooks({ files: 2, missing: ['/x'], broken: [] }), 'warn', /names \/x/],
    ['an error of ssh_config', judgeSshConfig({ files: ['/c'], failure: FAILURE, matchExec: [] }), 'bad', /^\/c:3:1: a quote/],
    [
      'a command that decides for all hosts',
      judgeSshConfig({ files: ['/c'], failure: { ...FAILURE, code: 'refused' }, matchExec: ['/c:3:1'] }),
      'warn',
      /^\/c:3:1: a quote/,
    ],
    ['a command of Match exec', judgeSshConfig({ files: ['/c'], matchExec: ['/c:1:1', '/c:9:1'] }), 'warn', /^\/c:1:1, \/c:9:1/],
    ['a way that is refused', judgeWays({ hosts: 3, failures: [FAILURE] }), 'bad', /a quote/],
    ['no known host', judgeKnownHosts([]), 'warn', /no host is known/],
    ['a known_hosts that cannot be read', judgeKnownHosts([{ ...KNOWN, problem: 'EACCES' }]), 'bad', /no host is connected to: EACCES/],
    ['one that others may write to', judgeKnownHosts([{ ...KNOWN, mode: 0o664 }]), 'warn', /others may write/],
    ['a line without sense', judgeKnownHosts([{ ...KNOWN, senseless: [7] }]), 'warn', /: line 7, of which/],
    ['many', judgeKnownHosts([{ ...KNOWN, senseless: [1, 2, 3, 4, 5, 6] }]), 'warn', /6 lines, at 1, 2, 3, 4, 5, …/],
    ['authorities', judgeKnownHosts([{ ...KNOWN, authorities: 1 }]), 'warn', /1 @cert-authority line$/],
    ['an agent that is gone', judgeKeys([{ ...KEYS, agent: { socket: '/a', problem: 'ENOENT' } }]), 'warn', /cannot be asked: ENOENT/],
    ['a key that others may read', judgeKeys([{ ...KEYS, unusable: ['/id: others may read it'] }]), 'warn', /others may read/],
    ['too many keys', judgeKeys([{ ...KEYS, agent: { socket: '/a', keys: 6 } }]), 'warn', /7 keys are shown, .* after 6 \(MaxAuthTries\)/],
    ['no key', judgeKeys([{ identitiesOnly: false, files: [], unusable: [] }]), 'warn', /no key to log in/],
    [
      'a policy that is not understood',
      judgePolicy({ failure: FAILURE, asksSignatures: false, signers: [], revoked: [] }),
      'bad',
      /a quote/,
    ],
    ['signers that cannot be read', judgePolicy({ ...POLICY, signers: [{ path: '/w', keys: 0, problem: 'EACCES' }] }), 'bad', /EACCES/],
    ['nobody whose signature counts', judgePolicy({ ...POLICY, signers: [{ path: '/w', keys: 0 }] }), 'bad', /has no key/],
    [
      'revoked keys that are of no use',
      judgePolicy({ ...POLICY, revoked: [{ path: '/w', keys: 0, problem: 'ENOENT' }] }),
      'bad',
      /nobody's.*ENOENT/,
    ],
    ['a key of runs that is gone', judgePolicy({ ...POLICY, runKey: { path: '/r', isThere: false } }), 'warn', /names \/r/],
    ['no ssh-keygen where signatures are asked for', judgePrograms(new Set(['ssh']), true), 'bad', /no ssh-keygen/],
    ['few open files', judgeOpenFiles(256, 200), 'warn', /200 hosts at once may need 328/],
    ['a clock that was never set', judgeClock(0, undefined), 'warn', /years behind/],
    ['a clock that was set back', judgeClock(NOW, NOW + 1_000), 'warn', /behind the last run, which ended at 2026-11-26T06:00:01Z/],
    ['a narrow terminal', judgeTerminal({ ...TERMINAL, columns: 40 }), 'warn', /only 40 columns/],
  ])('is told of %s', (_what, check, severity, says) => {
    expect(check.findings).toEqual([expect.objectContaining({ severity, says: expect.stringMatching(says) })]);
  });

  test('is told of a misspelt variable, and what was probably meant', () => {
    const { findings } = judgeVariables({
      set: [],
      unknown: [{ name: 'RUNBOOK_INVENTRY', meant: 'RUNBOOK_INVENTORY' }, { name: 'RUNBOOK_X' }],
    });
    expect(findings.map(({ next }) => next)).toEqual(['did you mean RUNBOOK_INVENTORY?', 'unset it, or nothing']);
  });

  test('is told of each host that a cut off run has left, and whether it is armed still', () => {
    const hosts = [
      { host: 'a', undoAt: NOW + 60_000 },
      { host: 'b', undoAt: NOW - 60_000 },
    ];
    expect(judgeRuns({ ...RUNS, cutOff: [{ run: 'r1', hosts }] }, NOW).findings).toEqual([
      {
        severity: 'warn',
        says: 'run r1 was cut off: a is armed until 2026-11-26T06:01:00Z; b should have taken itself back at 2026-11-26T05:59:00Z',
        next: 'runbook resume r1',
      },
    ]);
  });
});

test('keys of the agent that are no files are not shown, and not counted, with IdentitiesOnly', () => {
  const files = [{ ...FILE, isInAgent: true }];
  expect(judgeKeys([{ ...KEYS, agent: { socket: '/a', keys: 20 }, identitiesOnly: true, files }]).findings).toEqual([]);
});

test('of many ways that are refused the first five are told, and of keys what is the same of several ways is told once', () => {
  const { says, findings } = judgeWays({ hosts: 9, failures: Array.from({ length: 7 }, () => FAILURE) });
  expect([says, findings.length, findings.at(-1)?.says]).toEqual(['known for 2 of 9 hosts', 6, 'the same, or the like, of 2 more hosts']);
  const none = { identitiesOnly: false, files: [], unusable: [] };
  expect(judgeKeys([none, { ...none, identitiesOnly: true }])).toMatchObject({ says: 'no agent', findings: [{ severity: 'warn' }] });
});

test('the worst stands first, else all is in the order given; warnings are no failure', () => {
  const check = (name: string, ...severities: readonly ('bad' | 'warn')[]): Check => ({
    check: name,
    says: name,
    findings: severities.map((severity) => ({ severity, says: severity })),
  });
  const checks = [
    check('good'),
    check('doubtful', 'warn', 'warn'),
    check('broken', 'warn', 'bad'),
    check('good-too'),
    check('odd', 'warn'),
  ];
  expect(doctorReport(checks).map((each) => each.check)).toEqual(['broken', 'doubtful', 'odd', 'good', 'good-too']);
  expect(doctorExitCode(checks)).toBe(1);
  expect(doctorExitCode(checks.filter((each) => each.check !== 'broken'))).toBe(0);
});

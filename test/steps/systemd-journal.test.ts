import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemdJournal } from '../../src/steps/systemd.journal.ts';
import { type Answer, FakeHost } from '../fakes/fake-host.ts';

const FIELDS =
  'journalctl -o json --no-pager --all --reverse --output-fields=MESSAGE,PRIORITY --unit=kubelet.service --since=-900s -n 2000';
const OLD = 'journalctl -o json --no-pager --all --reverse --unit=kubelet.service --since=-900s -n 2000';
const SYSLOG = 'tail -c 1000000 /var/log/syslog';
const MESSAGES = 'tail -c 1000000 /var/log/messages';
const DATE = 'date +%s %z';
/** 2026-11-22 08:05:00 UTC. */
const NOW = { stdout: '1795334700 +0000\n' };
const MISSING = { code: 1, stderr: 'tail: No such file or directory\n' };

const EXPLAIN = [
  { match: 'unknown flag: (?P<flag>--[\\w-]+)', as: 'cause' as const, says: 'kubelet does not know {flag} and exits' },
  { match: 'no default routes found|network is unreachable', as: 'symptom' as const, says: 'network errors' },
  { match: 'localhost:8080.*refused', as: 'benign' as const, says: 'kubectl without a kubeconfig' },
];
const PARAMS = { unit: 'kubelet.service', since: '15m', lines: 2_000, explain: EXPLAIN };

function hostWith(programs: Readonly<Record<string, Answer>>): FakeHost {
  const host = new FakeHost({
    units: { 'kubelet.service': { ExecStart: '{ path=/opt/bin/kubelet-1.20 ; argv[]=/opt/bin/kubelet-1.20 $X }' } },
  });
  for (const [line, answer] of Object.entries(programs)) host.programs.set(line, answer);
  return host;
}

/** journalctl with --reverse prints the newest first. */
function journal(...messages: readonly string[]): Answer {
  return {
    stdout: messages
      .map((MESSAGE) => `${JSON.stringify({ MESSAGE, PRIORITY: '6' })}\n`)
      .reverse()
      .join(''),
  };
}

async function look(host: FakeHost, params: Partial<typeof PARAMS> & { expect?: { absent?: string[]; present?: string[] } } = {}) {
  const all = { ...PARAMS, ...params };
  const state = await systemdJournal.observe(host, all);
  return {
    outputs: systemdJournal.outputs?.of(state, all),
    findings: systemdJournal.findings?.(state, all) ?? [],
    unmet: systemdJournal.verify?.(state, all).map(({ what }) => what) ?? [],
  };
}

describe('explaining', () => {
  test('each distinct sentence is one finding, with its three newest lines', async () => {
    const lines = [
      '1 unknown flag: --a',
      '2 unknown flag: --b',
      '3 unknown flag: --a',
      '4 unknown flag: --a',
      '5 unknown flag: --a',
      'network is unreachable',
    ];
    const { findings, outputs } = await look(hostWith({ [FIELDS]: journal(...lines) }));
    expect(findings).toEqual([
      {
        kind: 'cause',
        says: 'kubelet does not know --a and exits',
        at: 'journal',
        evidence: ['3 unknown flag: --a', '4 unknown flag: --a', '5 unknown flag: --a'],
      },
      { kind: 'cause', says: 'kubelet does not know --b and exits', at: 'journal', evidence: ['2 unknown flag: --b'] },
      { kind: 'symptom', says: 'network errors', at: 'journal', evidence: ['network is unreachable'] },
    ]);
    expect(outputs).toEqual({
      lines: 6,
      source: 'journal',
      matched: { 'kubelet does not know --a and exits': 4, 'kubelet does not know --b and exits': 1, 'network errors': 1 },
    });
  });

  test('the first rule that matches a line explains it', async () => {
    const explain = [
      { match: 'expected refusal', as: 'benign' as const, says: 'known' },
      { match: 'refusal', as: 'cause' as const, says: 'refused' },
    ];
    const { findings } = await look(hostWith({ [FIELDS]: journal('an expected refusal') }), { explain });
    expect(findings.map(({ says }) => says)).toEqual(['known']);
  });

  test('what a group captures is data: braces in it are not filled in', async () => {
    const explain = [{ match: '(?P<a>\\S+) (?P<b>\\S+)', as: 'symptom' as const, says: '{a}, {b}' }];
    const { findings } = await look(hostWith({ [FIELDS]: journal('{b} $& ignored') }), { explain });
    expect(findings.map(({ says }) => says)).toEqual(['{b}, $&']);
  });

  test.each([
    ['a broken expression', { explain: [{ match: '(a', as: 'cause' as const, says: 'x' }] }, 'explain[0].match'],
    ['a placeholder that nothing captures', { explain: [{ match: 'a', as: 'cause' as const, says: '{flag}' }] }, 'explain[0].says'],
    ['a broken expectation', { expect: { absent: ['ok', '[b-a]'] } }, 'expect.absent[1]'],
    ['another', { expect: { present: ['*'] } }, 'expect.present[0]'],
  ])('%s is refused before anything is asked', async (_title, params, at) => {
    const host = hostWith({});
    await expect(look(host, params)).rejects.toMatchObject({ failure: { code: 'bad-params', at } });
    expect(host.asked).toEqual([]);
  });
});

describe('expectations', () => {
  const host = () => hostWith({ [FIELDS]: journal('Version: v1.20.2', 'first panic', 'second panic') });

  test('an absent line that is there is shown, the newest', async () => {
    expect((await look(host(), { expect: { absent: ['panic', 'unknown flag'] } })).unmet).toEqual([
      'no line of kubelet.service matches "panic": expected, but there is "second panic"',
    ]);
  });

  test('a present line that is not there is missed', async () => {
    expect((await look(host(), { expect: { present: ['Version', 'Started kubelet'] } })).unmet).toEqual([
      'a line of kubelet.service matches "Started kubelet": expected, but none does',
    ]);
  });

  test('a log that cannot be read holds no expectation, not even of absence', async () => {
    const { unmet, outputs } = await look(hostWith({ [DATE]: NOW }), { expect: { absent: ['panic'] } });
    expect(unmet).toEqual(['the log of kubelet.service can be read: expected, but there is no journalctl']);
    expect(outputs).toEqual({ lines: 0, source: 'none', matched: {} });
  });
});

describe('where the log is', () => {
  test('an old journalctl that cannot limit fields is asked for all of them', async () => {
    const host = hostWith({
      [FIELDS]: { code: 1, stderr: "journalctl: unrecognized option '--output-fields=MESSAGE,PRIORITY'\n" },
      [OLD]: journal('a'),
    });
    expect((await look(host)).outputs).toMatchObject({ lines: 1, source: 'journal' });
  });

  test.each([
    ['which this user may read', { stdout: 'Started a unit.\n' }, 'journal', 0],
    ['of which this user sees only its own part', {}, 'none', 1],
  ])('a journal without lines of the unit, %s', async (_what, ofSystem, source, unmet) => {
    const host = hostWith({
      [FIELDS]: {},
      'journalctl -q -o cat --no-pager -n 1 _PID=1': ofSystem,
      [SYSLOG]: MISSING,
      [MESSAGES]: MISSING,
    });
    const facts = await host.facts();
    host.facts = async () => ({ ...facts, uid: 1_000 });
    const seen = await look(host, { expect: { absent: ['unknown flag'] } });
    expect(seen.outputs).toMatchObject({ source });
    expect(seen.unmet).toHaveLength(unmet);
  });

  test('a journal without lines of the unit is a log all the same', async () => {
    expect((await look(hostWith({ [FIELDS]: { stderr: '-- No entries --\n' }, [SYSLOG]: { stdout: 'x' } }))).outputs).toMatchObject({
      lines: 0,
      source: 'journal',
    });
  });

  test.each<[string, Answer]>([
    ['there is no journalctl', { code: 127 }],
    ['there are no journal files', { code: 0, stderr: 'No journal files were found.\n-- No entries --\n' }],
    ['this user may not read it', { code: 0, stderr: 'Hint: You are currently not seeing messages from other users and the system.\n' }],
    ['it is broken', { code: 1, stderr: 'Failed to open journal: Bad message\n' }],
  ])('where %s, syslog is read: lines of the unit and its program, lately', async (_title, answer) => {
    const stdout = [
      'cut line of a file that begins before',
      'Nov 22 07:49:59 k8s01 kubelet[1]: 15 minutes and a second ago',
      'Nov 22 07:50:00 k8s01 kubelet[1]: named as the unit',
      'Nov 22 08:04:00 k8s01 kubelet-1.20[2]: named as the program',
      'Nov 22 08:04:01 k8s01 systemd[1]: kubelet.service: Main process exited, code=exited, status=255/EXCEPTION',
      'Nov 22 08:04:01 k8s01 systemd[1]: Started ssh.service.',
      'Nov 22 08:04:02 k8s01 containerd[5]: kubelet',
      '',
    ].join('\n');
    const host = hostWith({ [FIELDS]: answer, [DATE]: NOW, [SYSLOG]: { stdout }, [MESSAGES]: MISSING });
    const { outputs, findings } = await look(host, { explain: [{ match: '(?P<all>.*)', as: 'symptom', says: '{all}' }] });
    expect(outputs).toMatchObject({ source: 'syslog', lines: 3 });
    expect(findings.map(({ says }) => says)).toEqual([
      'named as the unit',
      'named as the program',
      'kubelet.service: Main process exited, code=exited, status=255/EXCEPTION',
    ]);
  });

  test('else messages, and only the newest lines asked for', async () => {
    const stdout = ['Nov 22 08:04:00 h kubelet: one', 'Nov 22 08:04:01 h kubelet: two', 'Nov 22 08:04:02 h kubelet: three'].join('\n');
    const host = hostWith({ [DATE]: NOW, [SYSLOG]: MISSING, [MESSAGES]: { stdout } });
    const { outputs } = await look(host, { lines: 2, explain: [{ match: '^(?P<all>.*)$', as: 'symptom', says: '{all}' }] });
    expect(outputs).toEqual({ lines: 2, source: 'messages', matched: { two: 1, three: 1 } });
  });
});

const CAPTURED = join(import.meta.dirname, '../../../shared/captures/kubelet-1.20/broken/journalctl-json.txt');

test.skipIf(!existsSync(CAPTURED))('the whole captured journal of a broken kubelet has one cause (from ../shared/captures)', async () => {
  const stdout = readFileSync(CAPTURED, 'utf8').split('\n').reverse().join('\n');
  const { findings, outputs } = await look(hostWith({ [FIELDS]: { stdout } }));
  expect(outputs).toMatchObject({ lines: 60, source: 'journal' });
  expect(findings.map(({ kind, says }) => `${kind}: ${says}`)).toEqual(['cause: kubelet does not know --improve-speed and exits']);
});

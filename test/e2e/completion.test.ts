import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { LAUNCH, runbook } from '../lab/command-line.ts';

/** Somebody's directory, with an inventory, a runbook and a run; `runbook` is in the path. */
const home = mkdtempSync(join(tmpdir(), 'runbook-completion-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
mkdirSync(join(home, 'bin'));
symlinkSync(LAUNCH, join(home, 'bin/runbook'));
mkdirSync(join(home, 'inventories'));
writeFileSync(join(home, 'inventories/hosts'), '[web]\nweb-1\nweb-2\n[db]\ndb-1\n');
writeFileSync(join(home, 'other.ini'), 'elsewhere\n');
mkdirSync(join(home, 'runbooks'));
writeFileSync(
  join(home, 'runbooks/mend.yaml'),
  'apiVersion: runbook/v1\nname: mend\nsummary: Mends it\ninputs: { colour: { type: string, description: which, default: red } }\ndiagnose: [{ uses: command.probe, with: { argv: [id], read_only: true } }]\n',
);
mkdirSync(join(home, 'state/runbook/runs/20260101-010101-000000'), { recursive: true });
const env = { PATH: `${home}/bin:${process.env['PATH']}`, HOME: home, XDG_STATE_HOME: join(home, 'state'), TERM: 'dumb' };

/** What may follow, as the shells are told: the words alone. */
async function following(...words: readonly string[]): Promise<readonly string[]> {
  const { out, code } = await runbook(['complete', '--', ...words], { cwd: home, env });
  expect(code).toBe(0);
  return out.split('\n').flatMap((line) => (line === '' ? [] : (line.split('\t')[0] ?? [])));
}

describe('what may follow', () => {
  test.each<readonly [readonly string[], readonly string[]]>([
    [['ap'], ['approve', 'apply']],
    [['lab', 'b'], ['break']],
    [
      ['apply', 'm'],
      ['mend', ':files'],
    ],
    [['apply', 'mend', '-e', ''], ['colour=']],
    [['apply', 'mend', '--transport', 'o'], ['openssh']],
    [['apply', 'mend', '--dry'], ['--dry-run']],
    [
      ['plan', 'mend', '-l', 'web'],
      ['web', 'web-1', 'web-2'],
    ],
    [
      ['plan', 'mend', '-l', 'db,!web-'],
      ['db,!web-1', 'db,!web-2'],
    ],
    [['plan', 'mend', '-i', 'other.ini', '--hosts', 'e'], ['elsewhere']],
    [['plan', 'mend', '-i', 'not-there', '--hosts', ''], []],
    [['plan', 'mend', '-i', ''], [':files']],
    [
      ['rollback', ''],
      ['last', '20260101-010101-000000'],
    ],
    [
      ['steps', 'systemd.u'],
      ['systemd.unit', 'systemd.unit-state'],
    ],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['apply', 'mend', 'too', ''], []],
    [['no-such-command', ''], []],
  ])('after %j is %j', async (words, expected) => {
    const found = await following(...words);
    expect(found.filter((word) => expected.includes(word)).sort()).toEqual([...expected].sort());
    if (!words.at(-1)?.startsWith('-')) expect(found.filter((word) => word !== 'kubelet-bad-flag').sort()).toEqual([...expected].sort());
  });

  test('is no name that a shell would take for more than a word', async () => {
    writeFileSync(join(home, 'odd.yaml'), 'all: { hosts: { "a b": , "odd$(id)": , odd-1: } }\n');
    const found = await following('plan', 'mend', '-i', 'odd.yaml', '-l', 'odd');
    expect(found.filter((word) => word !== 'odd-1')).toEqual([]);
  });
});

describe('a shell that has read its script', () => {
  test.each([
    ['runbook ro', 'rollback'],
    ['runbook plan mend -l web,db', 'web,db web,db-1'],
    ['runbook apply mend -e col', 'colour='],
    ['runbook plan mend -i oth', 'other.ini'],
    ['runbook plan mend -l db:web-', 'web-1 web-2'],
  ])('bash: %s', (line, expected) => {
    const script = `. <(runbook completion bash); compopt() { :; }; COMP_LINE=$1 COMP_POINT=\${#1}; _runbook; echo "\${COMPREPLY[@]}"`;
    const said = execFileSync('bash', ['-c', script, 'bash', line], { cwd: home, env, encoding: 'utf8' });
    expect(said.trim().split(' ').sort().join(' ')).toBe(expected);
  });

  test.skipIf(!existsSync('/usr/bin/fish'))('fish (needs fish)', () => {
    const script = 'runbook completion fish | source; complete -C "runbook roll"; complete -C "runbook plan mend -l we"';
    const said = execFileSync('fish', ['-c', script], { cwd: home, env, encoding: 'utf8' });
    expect(said).toMatch(/^rollback\ttake back/m);
    expect(said).toMatch(/^web-1\thost/m);
  });

  test.skipIf(!existsSync('/usr/bin/zsh'))('zsh: its script is sound (needs zsh)', () => {
    const script =
      'autoload -U compinit && compinit -D -u && . <(runbook completion zsh) && (( $+_comps[runbook] )) && echo $_comps[runbook]';
    expect(execFileSync('zsh', ['-f', '-c', script], { cwd: home, env, encoding: 'utf8' })).toBe('_runbook\n');
  });
});

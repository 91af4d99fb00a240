import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { runbook } from '../lab/command-line.ts';
import { noPractice, onPractice, PracticeFleet } from './practice-fleet.ts';

describe.skipIf(noPractice !== undefined)(onPractice('an audit of the practice fleet'), () => {
  let fleet: PracticeFleet;
  beforeAll(async () => {
    fleet = await PracticeFleet.up();
  });
  afterEach(async () => {
    await runbook(fleet.run('apply', '-y'));
    fleet.forget();
  });
  const drift = (...more: readonly string[]) =>
    runbook(['drift', 'kubelet-bad-flag', ...fleet.hosts(), '-e', 'stable_for=1s', '--detailed-exitcode', ...more]);
  const audits = () => join(fleet.stateDirectory, 'audits');

  test('tells what is off, and then only what is news; hosts stay as they are', async () => {
    await fleet.break(['lab-2']);
    const before = fleet.tree('lab-2');
    const first = await drift();
    expect(first).toMatchObject({ code: 2, err: '' });
    expect(first.out).toMatch(/5 hosts looked at, the first audit: 1 newly ill\n.*newly ill: lab-2\n.*--improve-speed/);
    expect(await drift('-q')).toMatchObject({ code: 2, out: '', err: '' });
    expect((await drift()).out).toMatch(/since the audit of .* UTC: 1 still ill/);
    expect(fleet.tree('lab-2')).toEqual(before);

    await fleet.break(['lab-4']);
    const news = JSON.parse((await drift('-q', '--json')).out) as { hosts: { host: string; news: string; changes: { diff?: string }[] }[] };
    expect(news).toMatchObject({ schema: 'runbook/drift/v1', news: true, exitCode: 2, looked: 5 });
    expect(news.hosts.map(({ host, news: what }) => [host, what])).toEqual([
      ['lab-4', 'newly-ill'],
      ['lab-2', 'still-ill'],
    ]);
    expect(news.hosts[0]?.changes[0]?.diff).toContain('--allow-privileged');

    expect(await runbook(fleet.run('apply', '-y'))).toMatchObject({ code: 0 });
    expect(await drift('-q')).toMatchObject({ code: 0, out: expect.stringContaining('2 healed') });
    expect(await drift('-q')).toMatchObject({ code: 0, out: '' });
  });

  test('keeps its record for the operator alone, without contents, and one a target', async () => {
    await fleet.break(['lab-2']);
    await drift('-q');
    await drift('-q', '-l', 'lab-1');
    const files = readdirSync(audits());
    expect(files).toHaveLength(2);
    for (const file of files) {
      const path = join(audits(), file);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(readFileSync(path, 'utf8')).not.toContain('improve-speed');
    }
    expect(existsSync(join(fleet.stateDirectory, 'runs'))).toBe(false);
  });

  test('tells all as new, and that, where the last record is damaged', async () => {
    await fleet.break(['lab-2']);
    await drift('-q');
    const [file = ''] = readdirSync(audits());
    writeFileSync(join(audits(), file), '{"schema":"runbook/audit/v1"}');
    expect(await drift('-q')).toMatchObject({
      code: 2,
      out: expect.stringContaining('newly ill'),
      err: expect.stringContaining('the last audit is damaged'),
    });
    expect(await drift('-q')).toMatchObject({ code: 2, out: '', err: '' });
  });

  test('is 6 where its record cannot be kept, and has told what it found', async () => {
    writeFileSync(audits(), '');
    expect(await drift('-q')).toMatchObject({ code: 6, err: expect.stringContaining('audit') });
  });
});

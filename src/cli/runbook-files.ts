import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { fail, ok, type Result } from '../domain/failure.ts';
import { nearest } from '../load/suggest.ts';
import type { World } from './world.ts';

/** The directories in which a runbook's name is looked up, in order: `./runbooks`, `$RUNBOOK_PATH`, the shipped ones. */
export function runbookDirectories({ cwd, env, installation }: World): readonly string[] {
  const path = (env['RUNBOOK_PATH'] ?? '').split(':').filter((directory) => directory !== '');
  return [...new Set([join(cwd, 'runbooks'), ...path.map((directory) => resolve(cwd, directory)), join(installation, 'runbooks')])];
}

/** All runbook files that can be named, the first of each name. */
export function runbookFiles(world: World): readonly string[] {
  const found = new Map<string, string>();
  for (const directory of runbookDirectories(world)) {
    if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) continue;
    for (const file of readdirSync(directory).sort()) {
      if (/\.ya?ml$/.test(file) && !found.has(nameOf(file))) found.set(nameOf(file), join(directory, file));
    }
  }
  return [...found.values()];
}

/** The file of a runbook given by name or by path. */
export function findRunbook(world: World, name: string): Result<string> {
  if (isAbsolute(name) || name.includes('/') || /\.ya?ml$/.test(name)) {
    const path = resolve(world.cwd, name);
    return existsSync(path) ? ok(path) : fail('not-found', `there is no file ${name}`);
  }
  const file = runbookFiles(world).find((path) => nameOf(path) === name);
  if (file !== undefined) return ok(file);
  const near = nearest(name, runbookFiles(world).map(nameOf));
  const looked = `looked in ${runbookDirectories(world).join(', ')}; "runbook list" shows what there is`;
  return fail('not-found', `there is no runbook ${name}`, { hint: near === undefined ? looked : `did you mean ${near}?` });
}

function nameOf(file: string): string {
  return basename(file).replace(/\.ya?ml$/, '');
}

import { join } from 'node:path';
import type { Command } from 'commander';
import type { Runbook } from '../domain/runbook.ts';
import { visibleLine } from '../formats/visible.ts';
import { runIds } from '../journal/run-archive.ts';
import { stepTypes } from '../steps/index.ts';
import { type Candidate, type Typing, typingOf } from './completion-words.ts';
import { readRunbookFile } from './load-runbook-file.ts';
import { findRunbook, runbookFiles } from './runbook-files.ts';
import { screenOf } from './screen.ts';
import { readSources } from './targets.ts';
import { stateDirectory, type World } from './world.ts';

/** Stands for the names of files, which the shell knows best. */
const FILES: Candidate = { word: ':files', says: '' };

/** What no shell takes for anything else than a word. */
const PLAIN = /^[\w@%+=:,./[\]~-]*$/;

/**
 * What may stand at the end of a command line; `words` are those after `runbook`, the last one being typed. Asks nobody, tells nothing,
 * and where something cannot be read there is nothing to choose from.
 */
export async function completed(program: Command, world: World, words: readonly string[]): Promise<readonly Candidate[]> {
  const typing = typingOf(program, words);
  const { current } = typing;
  const found = await candidates(typing, silent(world));
  const fit = found.filter(({ word }) => word === FILES.word || (word.startsWith(current) && PLAIN.test(word.slice(current.length))));
  return fit.map(({ word, says }) => ({ word, says: visibleLine(says) }));
}

async function candidates(typing: Typing, world: World): Promise<readonly Candidate[]> {
  switch (typing.wanted.kind) {
    case 'words':
      return typing.wanted.words;
    case 'runbooks':
      return [...(await runbooks(world)), FILES];
    case 'inputs':
      return inputs(typing, world);
    case 'runs':
      return ['last', ...(await runIds(join(stateDirectory(world, undefined), 'runs')))].map((word) => ({ word, says: '' }));
    case 'patterns':
      return patterns(typing, world);
    case 'step-types':
      return [...stepTypes.values()].map(({ name, summary }) => ({ word: name, says: summary }));
    case 'files':
      return [FILES];
    case 'nothing':
      return [];
  }
}

async function runbooks(world: World): Promise<readonly Candidate[]> {
  const found = await Promise.all(runbookFiles(world).map((file) => loaded(world, file)));
  return found.flatMap((runbook) => (runbook ? [{ word: runbook.name, says: runbook.summary }] : []));
}

/** The inputs of the runbook that was named before. */
async function inputs({ given: [name] }: Typing, world: World): Promise<readonly Candidate[]> {
  const file = name === undefined ? undefined : findRunbook(world, name);
  const runbook = file?.ok ? await loaded(world, file.value) : undefined;
  return [...(runbook?.inputs ?? [])].map(([input, { description }]) => ({ word: `${input}=`, says: description }));
}

async function loaded(world: World, file: string): Promise<Runbook | undefined> {
  const reading = await readRunbookFile(world, file);
  return reading.ok ? reading.value.runbook : undefined;
}

/** Hosts and groups; of a list, what follows its last mark. */
async function patterns({ current, inventory }: Typing, world: World): Promise<readonly Candidate[]> {
  // A cluster is not asked because somebody pressed a key.
  if (inventory.some((source) => source.startsWith('kubernetes:'))) return [];
  const options = { color: 'never' as const, ...(inventory.length === 0 ? {} : { inventory }) };
  const read = await readSources(world, screenOf(world, options), options, undefined).catch(() => undefined);
  if (!read?.ok) return [];
  const before = current.slice(0, current.length - (/[^,:&!]*$/.exec(current)?.[0].length ?? 0));
  const groups = [...read.value.groups].map(([name, hosts]) => ({ word: before + name, says: `group of ${hosts.length}` }));
  return [...groups, ...read.value.hosts.map(({ name }) => ({ word: before + name, says: 'host' }))];
}

/** A world that hears nothing, and in which nobody is there to be asked. */
function silent(world: World): World {
  const nobody = { write() {}, rows: () => 24, columns: () => 80, isTTY: false };
  const input = Object.assign(Object.create(world.terminal.input), { isTTY: false });
  return { ...world, out: nobody, err: nobody, terminal: { input, output: world.terminal.output } };
}

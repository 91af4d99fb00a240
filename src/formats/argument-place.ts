import { type ArgumentChange, occurrences, planArguments } from './argument-plan.ts';
import type { Argument, EffectiveCommand, EffectiveUnit, VariableSource } from './effective-argv.ts';
import type { DefinedCommand } from './unit-definition.ts';
import { changedWords, changesNothing, type WordAction, type WordChange } from './word-edit.ts';

/** Where a word stands: in a command line, or in a variable that `$NAME` brings into one. */
export type Place =
  | { readonly kind: 'command'; readonly command: DefinedCommand }
  | { readonly kind: 'variable'; readonly source: VariableSource }
  /** A variable that a command line names and nothing sets, which can be set in a file. */
  | { readonly kind: 'new-variable'; readonly name: string; readonly path: string };

/** What is to be done at one place, and what to say about it (`- --flag in ARGS`). */
export interface PlaceChange {
  readonly place: Place;
  readonly change: WordChange;
  readonly says: readonly string[];
}

/** A change of a unit's arguments, told by places; `argv` is what each command's arguments must be afterwards, argv[0] included. */
export interface PlacedChange {
  readonly changes: readonly PlaceChange[];
  readonly argv: readonly (readonly string[])[];
}

/** Where an argument that is not there yet goes to. */
export type AppendPlace = (command: EffectiveCommand) => Place;

/** Finds for each argument the place that it must be changed at; a text says why that cannot be told. */
export function placeChange(unit: EffectiveUnit, change: ArgumentChange, appendPlace: AppendPlace): PlacedChange | string {
  const gathered = new Gathered();
  const argv: (readonly string[])[] = [];
  const homeless = Object.keys(change.set).find((name) => unit.commands.length > 1 && !unit.commands.some((one) => hasFlag(one, name)));
  if (homeless !== undefined) return `there is more than one ExecStart= command, and none has ${homeless} yet`;
  for (const command of unit.commands) {
    const own = unit.commands.length > 1 ? { ...change, set: presentOnly(command, change.set) } : change;
    const args = command.argv.slice(1);
    const plan = planArguments(texts(args), own);
    if (plan === undefined) return 'its arguments end in a -- after which no flag can be added';
    argv.push([...texts(command.argv.slice(0, 1)), ...changedWords(texts(args), plan.change)]);
    for (const [index, action] of plan.change.actions.entries()) {
      const arg = args[index];
      if (action.kind !== 'keep' && arg !== undefined && !gathered.act(command.command, arg, action)) {
        return `${arg.text} would have to be changed in two ways at once`;
      }
    }
    const target = appendPlace(command);
    for (const word of plan.change.append) gathered.append(target, word);
    for (const note of plan.notes) {
      const arg = note.index === undefined ? undefined : args[note.index];
      gathered.say(arg === undefined ? target : placeOf(command.command, arg), `${note.sign} ${note.text}`);
    }
  }
  return { changes: gathered.done(), argv };
}

/** What people call a place. */
export function placeName(place: Place): string {
  if (place.kind === 'command') return 'ExecStart';
  return place.kind === 'variable' ? place.source.name : place.name;
}

function hasFlag({ argv }: EffectiveCommand, name: string): boolean {
  return occurrences(texts(argv.slice(1))).some((flag) => flag.name === name);
}

function presentOnly(command: EffectiveCommand, set: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(set).filter(([name]) => hasFlag(command, name)));
}

function texts(args: readonly Argument[]): readonly string[] {
  return args.map(({ text }) => text);
}

function placeOf(command: DefinedCommand, arg: Argument): Place {
  return arg.split === undefined ? { kind: 'command', command } : { kind: 'variable', source: arg.split.source };
}

function keyOf(place: Place): unknown {
  if (place.kind === 'command') return place.command;
  return place.kind === 'variable' ? place.source : `${place.path}\n${place.name}`;
}

/** Joins what is done at the same place; a variable may stand in several commands, or twice in one. */
class Gathered {
  readonly #places = new Map<unknown, { place: Place; actions: WordAction[]; append: string[]; says: string[] }>();

  /** False when the same word already has another action. */
  act(command: DefinedCommand, arg: Argument, action: WordAction): boolean {
    const { actions } = this.#at(placeOf(command, arg));
    const index = arg.split === undefined ? arg.word : arg.split.index;
    const before = actions[index];
    if (before !== undefined && before.kind !== 'keep' && JSON.stringify(before) !== JSON.stringify(action)) return false;
    actions[index] = action;
    return true;
  }

  append(place: Place, word: string): void {
    this.#at(place).append.push(word);
  }

  say(place: Place, text: string): void {
    const { says } = this.#at(place);
    const line = `${text} in ${placeName(place)}`;
    if (!says.includes(line)) says.push(line);
  }

  done(): readonly PlaceChange[] {
    return [...this.#places.values()]
      .map(({ place, actions, append, says }) => {
        const filled = Array.from(actions, (action): WordAction => action ?? { kind: 'keep' });
        return { place, change: { actions: filled, append }, says: says.length > 0 ? says : [`- a flag's value in ${placeName(place)}`] };
      })
      .filter(({ change }) => !changesNothing(change));
  }

  #at(place: Place): { place: Place; actions: WordAction[]; append: string[]; says: string[] } {
    const key = keyOf(place);
    const found = this.#places.get(key) ?? { place, actions: [], append: [], says: [] };
    this.#places.set(key, found);
    return found;
  }
}

import { count } from '../formats/count.ts';
import { foldNames } from './names.ts';
import { hanging, type Page } from './page.ts';
import { prompted, type Terminal } from './prompt.ts';

/** What the operator is asked before hosts are changed. Shows plan data only, never what a host printed. */
export interface Question {
  /** `apply` or `rollback`, as the verb of the sentence. */
  readonly verb: string;
  readonly runbook: string;
  readonly hosts: readonly string[];
  /** Sizes of the waves to come, in order; one where the question is about one wave. */
  readonly waves: readonly number[];
  /** The `confirm` texts of steps. */
  readonly questions: readonly string[];
  /** What cannot be taken back. */
  readonly irreversible: readonly string[];
  /** Whether "before each wave" may be chosen. */
  readonly offersWaves: boolean;
  /** Hosts of earlier waves have been changed: no means to stop here. */
  readonly begun: boolean;
  /** Yes puts a name to it, and changes nothing yet. */
  readonly signs?: true;
}

/** `none`: there is nobody to ask. `interrupted`: Ctrl-C. */
export type Answer = 'yes' | 'no' | 'wave' | 'none' | 'interrupted';

type Choice = 'no' | 'yes' | 'wave' | 'diff';
type Choices = { readonly name: string; readonly value: Choice }[];

/** More hosts than this are not changed by a key that was pressed once too often. */
const CHANGED_BY_A_KEY = 10;

/**
 * Asks for approval; the answer that Return alone gives is no. Yes to a change of more than ten hosts counts once their number was
 * typed as well; everything else is no. Nobody is asked unless both streams are terminals: a prompt on a pipe would wait for
 * ever. Choosing the diff prints it (`diff`) and asks again.
 */
export async function askApproval(
  terminal: Terminal,
  page: Page,
  question: Question,
  diff: () => readonly string[],
  signal?: AbortSignal,
): Promise<Answer> {
  if (!terminal.input.isTTY || !terminal.output.isTTY) return 'none';
  terminal.output.write(`${questionLines(page, question).join('\n')}\n`);
  for (;;) {
    const choice = await choose(terminal, page, question, signal);
    if (choice === 'diff') terminal.output.write(`\n${diff().join('\n')}\n\n`);
    else if (choice !== 'yes' && choice !== 'wave') return choice;
    else return isTyped(question) ? counted(terminal, page, question, choice, signal) : choice;
  }
}

/** Putting a name to a plan changes nothing yet. */
function isTyped({ hosts, signs }: Question): boolean {
  return hosts.length > CHANGED_BY_A_KEY && !signs;
}

/** The answer that was chosen, if the number of hosts is typed now; else no. */
async function counted(terminal: Terminal, page: Page, { hosts }: Question, chosen: Answer, signal?: AbortSignal): Promise<Answer> {
  const message = 'How many hosts? Type their number; all else is no:';
  const given = await prompted(terminal, page, { type: 'input', message }, signal);
  if (given === 'none' || given === 'interrupted') return given;
  if (String(given.value).trim() === String(hosts.length)) return chosen;
  terminal.output.write('That is not their number, so it is a no.\n');
  return 'no';
}

/** Asks for a line; undefined when nobody answers. */
export async function askTyped(terminal: Terminal, page: Page, message: string, signal?: AbortSignal): Promise<string | undefined> {
  const given = await prompted(terminal, page, { type: 'input', message: page.say(message) }, signal);
  return typeof given === 'string' ? undefined : String(given.value);
}

/** What is about to happen, below a line that sets it apart from whatever was printed before. */
export function questionLines(page: Page, question: Question): readonly string[] {
  const { style, symbols } = page;
  const width = Number.isFinite(page.width) ? page.width : 80;
  const verb = question.verb.slice(0, 1).toUpperCase() + question.verb.slice(1);
  const what = `${verb} ${page.say(question.runbook)} on ${count(question.hosts.length, 'host')}${waveWords(question.waves)}: ${foldNames(page, question.hosts)}`;
  return [
    style.quiet(symbols.rule.repeat(width)),
    ...hanging(page, 0, '', what, style.strong),
    ...question.irreversible.flatMap((text) => hanging(page, 2, `${symbols.warn} `, `cannot be taken back: ${page.say(text)}`, style.bad)),
    ...question.questions.flatMap((text) => hanging(page, 2, '? ', page.say(text), style.warn)),
  ];
}

/** Sizes of more waves than this are not read by anybody. */
const NAMED_WAVES = 6;

function waveWords(waves: readonly number[]): string {
  if (waves.length <= 1) return '';
  const sizes = waves.length <= NAMED_WAVES ? ` of ${waves.slice(0, -1).join(', ')} and ${waves.at(-1)}` : '';
  return ` in ${count(waves.length, 'wave')}${sizes}`;
}

async function choose(terminal: Terminal, page: Page, question: Question, signal?: AbortSignal): Promise<Choice | 'none' | 'interrupted'> {
  const message = question.signs ? 'Approve this plan?' : `Change ${count(question.hosts.length, 'host')}?`;
  const choices = choicesOf(question);
  const given = await prompted(terminal, page, { type: 'select', message, default: 'no', choices }, signal);
  if (typeof given === 'string') return given;
  return choices.find(({ value }) => value === given.value)?.value ?? 'no';
}

function choicesOf({ offersWaves, begun, signs }: Question): Choices {
  return [
    { name: begun ? 'No, stop here' : signs ? 'No' : 'No, change nothing', value: 'no' },
    { name: 'Yes', value: 'yes' },
    ...(offersWaves ? [{ name: 'Yes, and ask again before each wave', value: 'wave' } as const] : []),
    { name: 'Diff: show again what would change', value: 'diff' },
  ];
}

import { flagName, isFlag } from './argument-plan.ts';
import type { PflagAnswer } from './pflag-answer.ts';

/** What is known of one flag among a program's arguments. */
export interface FlagVerdict {
  /** As written, with its `=value` if it has one. */
  readonly arg: string;
  readonly name: string;
  /** Its place among the arguments, argv[0] not counted. */
  readonly index: number;
  /** What stands after its `=`, or the word that it takes; absent when it has none. */
  readonly value?: string;
  readonly answer: PflagAnswer;
}

/** The flags that a program must be asked about, each once: all that may be one, since which words are values is not known yet. */
export function openQuestions(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--');
  return [...new Set((end === -1 ? args : args.slice(0, end)).filter(isFlag))];
}

/**
 * Walks arguments as pflag does, with the program's answers to each flag on its own: a bare flag that needs a value takes the
 * next word whatever it is; an unknown one is given the next word as its value unless that begins with a dash.
 */
export function judgeFlags(args: readonly string[], answerTo: (flag: string) => PflagAnswer | undefined): readonly FlagVerdict[] {
  const verdicts: FlagVerdict[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (arg === '--') break;
    if (!isFlag(arg)) continue;
    const answer = answerTo(arg) ?? { kind: 'undecided' };
    const next = args[index + 1];
    const takesNext = next !== undefined && takesWord(arg, next, answer);
    const value = takesNext ? next : arg.includes('=') ? arg.slice(arg.indexOf('=') + 1) : undefined;
    verdicts.push({ arg, name: flagName(arg), index, answer, ...(value === undefined ? {} : { value }) });
    if (takesNext) index += 1;
  }
  return verdicts;
}

function takesWord(arg: string, next: string, answer: PflagAnswer): boolean {
  if (arg.includes('=')) return false;
  return answer.kind === 'needs-value' || (answer.kind === 'unknown' && !isFlag(next));
}

import { ok } from '../domain/failure.ts';
import type { Step } from '../domain/runbook.ts';
import { runsShellText } from '../domain/shell-text.ts';
import { dyn } from './cel-type.ts';
import { checkPhase } from './check-phase.ts';
import { compileParams } from './compile-params.ts';
import { compileCondition, compileItems, compileText } from './compile-words.ts';
import { type StepDraft, valueRange } from './draft-step.ts';
import type { Vocabulary } from './names.ts';
import { readBoolean, readChoice, readDuration, readInteger, readList, readPlainText, readString } from './read-values.ts';
import type { Words } from './read-words.ts';
import type { Report } from './report.ts';
import { didYouMean } from './suggest.ts';
import { needsOf } from './template.ts';
import type { Tree } from './yaml-tree.ts';

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_RETRIES = 1;

/** Whom a gate asks where it does not say. */
const OPERATORS_SIDE = 'controller';

/** Checks a step and compiles its expressions; `undefined` when something is wrong that leaves nothing to run. */
export function compileStep(draft: StepDraft, all: readonly StepDraft[], vocabulary: Vocabulary, report: Report): Step | undefined {
  const { words, spec, id, phase } = draft;
  checkPhase(draft, report);
  const settings = readSettings(draft, all, report);
  const names = vocabulary.at(draft);
  const when = words.value('if');
  const each = words.value('for_each');
  const where = words.value('on');
  const condition = when && compileCondition(when, 'if', names, report);
  const items = each && compileItems(each, names, report);
  const on = where && compileText(where, 'on', vocabulary.ofOperator(phase), report);
  if (!spec) return undefined;
  const inner = each ? vocabulary.at(draft, items?.item ?? dyn) : names;
  const given = words.value('with');
  const params = compileParams(given, given ? words.key('with') : valueRange(words, 'uses'), id, spec, inner, report);
  if (!params) return undefined;
  return {
    id,
    phase,
    spec,
    place: report.place(words.head.start),
    needs: needsOf([params, condition, items].filter((part) => part !== undefined)),
    ...([when, each, where, given].some((tree) => tree && mentionsFacts(tree)) ? { usesFacts: true as const } : {}),
    params: params.evaluate,
    ...(condition ? { condition: condition.evaluate } : {}),
    ...(items ? { items: items.evaluate } : {}),
    ...(on ? { on: on.evaluate } : phase === 'gate' ? { on: () => ok(OPERATORS_SIDE) } : {}),
    ...settings,
    ...(params.shellText || runsShellText(settings.validate ?? []) ? { shellText: true as const } : {}),
  };
}

/** Whether a value has the word in it anywhere: rather once too often than once too seldom. */
function mentionsFacts(tree: Tree): boolean {
  switch (tree.kind) {
    case 'scalar':
      return typeof tree.value === 'string' && /\bfacts\b/.test(tree.value);
    case 'list':
      return tree.items.some(mentionsFacts);
    case 'map':
      return [...tree.entries.values()].some(({ value }) => mentionsFacts(value));
    case 'broken':
      return false;
  }
}

type Settings = Pick<Step, 'onChange' | 'timeoutMs' | 'retries' | 'sensitive' | 'continueOnError'> &
  Partial<Pick<Step, 'become' | 'confirm' | 'validate' | 'inPlace'>>;

function readSettings(draft: StepDraft, all: readonly StepDraft[], report: Report): Settings {
  const { words } = draft;
  const become = readBoolean(words.value('become'), 'become', report);
  const confirm = readPlainText(words.value('confirm'), 'confirm', report);
  const validate = readValidate(words, report);
  const mode = readChoice(words.value('write_mode'), 'write_mode', ['replace', 'inplace'], report);
  const timeout = words.value('timeout');
  const timeoutMs = readDuration(timeout, 'timeout', report);
  if (timeout && timeoutMs === 0) report.error('bad-value', timeout.range, 'timeout must be longer than nothing');
  return {
    onChange: readOnChange(draft, all, report),
    timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS,
    retries: readInteger(words.value('retries'), 'retries', 0, 10, report) ?? DEFAULT_RETRIES,
    sensitive: readBoolean(words.value('sensitive'), 'sensitive', report) ?? false,
    continueOnError: readBoolean(words.value('continue_on_error'), 'continue_on_error', report) ?? false,
    ...(become === undefined ? {} : { become }),
    ...(confirm === undefined ? {} : { confirm }),
    ...(validate === undefined ? {} : { validate }),
    ...(mode === 'inplace' ? { inPlace: true as const } : {}),
  };
}

/** A program that judges new bytes: its words, one of which names the candidate as `%s`. */
function readValidate(words: Words, report: Report): readonly string[] | undefined {
  const tree = words.value('validate');
  const items = readList(tree, 'validate', report);
  if (!tree || !items) return undefined;
  const argv = items.flatMap((item) => readPlainText(item, 'a word of validate', report) ?? []);
  if (argv.length === items.length && !argv.slice(1).some((word) => word.includes('%s'))) {
    report.error('bad-value', tree.range, 'validate does not name the candidate', "write %s for its path: [visudo, -cf, '%s']");
  }
  return argv;
}

function readOnChange({ words, phase, index }: StepDraft, all: readonly StepDraft[], report: Report): readonly string[] {
  const items = readList(words.value('on_change'), 'on_change', report) ?? [];
  if (phase !== 'remediate') return [];
  return items.flatMap((item) => {
    const id = readString(item, 'on_change', report);
    if (id === undefined) return [];
    const named = all.find((step) => step.id === id);
    if (named?.phase === 'remediate' && named.index < index) return [id];
    const earlier = all.filter((step) => step.phase === 'remediate' && step.index < index).map((step) => step.id);
    if (!named) report.error('unknown-step', item.range, `there is no step ${id}`, didYouMean(id, earlier, 'steps before it'));
    else if (named.phase !== 'remediate') report.error('bad-value', item.range, `${id} only reads, so nothing ever changes in it`);
    else report.error('step-not-before', item.range, `${id} does not come before this step`);
    return [];
  });
}

import { fail, ok, type Result } from '../../domain/failure.ts';
import { lowerCase, nextWord } from './config-line.ts';

/** A condition of a Match line. */
export interface Criterion {
  readonly attribute: 'all' | 'canonical' | 'final' | 'host' | 'originalhost' | 'user' | 'localuser' | 'exec';
  readonly negated: boolean;
  /** Patterns, or a command; empty for those that take none. */
  readonly argument: string;
}

const WITH_ARGUMENT = ['host', 'originalhost', 'user', 'localuser', 'exec'] as const;

type Take = () => string | undefined;

/**
 * The conditions of a Match line (`match_cfg_line` of OpenSSH 9.2): not the rules of other lines, since quotes are double ones only and
 * nothing is escaped. `hasArguments`: whether other lines would find any in it. Fails with `bad-input`, without a place.
 */
export function readMatch(rest: string, hasArguments: boolean): Result<readonly Criterion[]> {
  let position: number | undefined = 0;
  const take: Take = () => {
    const word = nextWord(rest, position);
    position = word?.text.startsWith('#') ? undefined : word?.next;
    return word?.text.startsWith('#') ? undefined : word?.text;
  };
  const criteria = readCriteria(take);
  if (!criteria.ok) return criteria;
  if (criteria.value.length === 0) return fail('bad-input', 'Match names no condition');
  const left = position === undefined ? '' : rest.slice(position);
  return left === '' || !hasArguments ? criteria : fail('bad-input', `Match has more after its conditions: ${left}`);
}

function readCriteria(take: Take): Result<readonly Criterion[]> {
  const criteria: Criterion[] = [];
  for (let word = take(); word !== undefined && word !== ''; word = take()) {
    const criterion = readCriterion(word, take);
    if (!criterion.ok) return criterion;
    if (criterion.value.attribute === 'all' && (criteria.length > 1 || (take() ?? '') !== '')) {
      return fail('bad-input', '"all" stands alone, or after one other condition');
    }
    criteria.push(criterion.value);
    if (criterion.value.attribute === 'all') break;
  }
  return ok(criteria);
}

function readCriterion(word: string, take: Take): Result<Criterion> {
  const negated = word.startsWith('!');
  const name = lowerCase(negated ? word.slice(1) : word);
  if (name === 'all' || name === 'canonical' || name === 'final') return ok({ attribute: name, negated, argument: '' });
  const argument = take();
  if (argument === undefined || argument === '') return fail('bad-input', `Match ${word} lacks what it is compared with`);
  const attribute = WITH_ARGUMENT.find((known) => known === name);
  return attribute === undefined ? fail('bad-input', `Match ${word} is not known to OpenSSH 9.2`) : ok({ attribute, negated, argument });
}

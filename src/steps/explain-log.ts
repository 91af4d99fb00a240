import { HostFault } from '../domain/failure.ts';
import type { Finding, FindingKind } from '../domain/finding.ts';
import type { Regex } from '../formats/regex.ts';
import { fillIn, placeholders } from '../formats/says-template.ts';
import { requiredRegex } from './required-regex.ts';

/** How an author explains lines of a log. */
export interface ExplainRule {
  readonly match: string;
  readonly as: FindingKind;
  readonly says: string;
}

/** What was found by one rule in one sentence. */
export interface Explained extends Finding {
  readonly count: number;
}

/** Lines shown as evidence of one finding: its newest. */
const MAX_EVIDENCE = 3;

/**
 * Explains lines: the first rule that matches a line explains it. One result a rule and distinct sentence, in the order of
 * the rules, then of first appearance. Throws `bad-params` for a broken expression, or a placeholder that it does not capture.
 */
export function explainLines(lines: readonly string[], rules: readonly ExplainRule[]): readonly Explained[] {
  const found = rules.map((rule, index) => ({ rule, regex: checkedRegex(rule, index), byText: new Map<string, Explained>() }));
  for (const line of lines) {
    for (const { rule, regex, byText } of found) {
      const match = regex.find(line);
      if (match === undefined) continue;
      const says = fillIn(rule.says, match.groups);
      const earlier = byText.get(says);
      const evidence = [...(earlier?.evidence ?? []), line].slice(-MAX_EVIDENCE);
      byText.set(says, { kind: rule.as, says, at: 'journal', evidence, count: (earlier?.count ?? 0) + 1 });
      break;
    }
  }
  return found.flatMap(({ byText }) => [...byText.values()]);
}

function checkedRegex(rule: ExplainRule, index: number): Regex {
  const regex = requiredRegex(rule.match, `explain[${index}].match`);
  const unknown = placeholders(rule.says).find((name) => !regex.groupNames.includes(name));
  if (unknown === undefined) return regex;
  const message = `says has {${unknown}}, but match captures no group of that name`;
  throw new HostFault({ code: 'bad-params', message, at: `explain[${index}].says`, hint: `write (?P<${unknown}>…) in match` });
}

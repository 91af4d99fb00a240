import { badness, type Checked } from '../views/check-report.ts';
import { hanging, headline, labelled, type Page, type Tone } from './page.ts';

const TONES: readonly Tone[] = ['good', 'warn', 'bad'];

/** One thing that was looked at: its name, what it is like where `says` tells it, and each finding with what to do about it. */
export function showChecked(page: Page, name: string, checked: Checked, says?: string): readonly string[] {
  const tone = TONES[badness(checked)] ?? 'bad';
  const head =
    says === undefined
      ? [`${page.style[tone](page.symbols[tone])} ${page.say(name)}`]
      : headline(page, tone, page.say(name), page.say(says));
  const findings = checked.findings.flatMap((finding) => [
    ...hanging(page, 4, '', page.say(finding.says)),
    ...(finding.next === undefined ? [] : labelled(page, 'next', page.say(finding.next))),
  ]);
  return [...head, ...findings];
}

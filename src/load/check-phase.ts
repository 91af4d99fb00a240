import type { StepDraft } from './draft-step.ts';
import { valueRange } from './draft-step.ts';
import type { Report } from './report.ts';

/** Reports what a step says that has no meaning in its phase or for its type. */
export function checkPhase(step: StepDraft, report: Report): void {
  const { phase, spec, words } = step;
  if (phase !== 'remediate') {
    for (const word of ['on_change', 'confirm', 'validate', 'write_mode']) {
      if (words.value(word)) report.error('word-not-here', words.key(word), `${word} has no meaning in ${phase}: nothing changes there`);
    }
  }
  if (!spec) return;
  if (phase !== 'remediate' && spec.plan) {
    const message = `${spec.name} changes hosts, and ${phase} only reads`;
    report.error('wrong-phase', valueRange(words, 'uses'), message, 'move the step to remediate');
    return;
  }
  if (words.value('on') && spec.plan) {
    report.error('word-not-here', words.key('on'), `on has no meaning for ${spec.name}: only reads can be asked of another host`);
  }
  for (const word of ['validate', 'write_mode']) {
    if (phase !== 'remediate' || spec.writesFiles || !words.value(word)) continue;
    report.error('word-not-here', words.key(word), `${word} has no meaning for ${spec.name}: it writes no files`);
  }
  checkExpect(step, report);
}

/**
 * `expect` is judged in verify and gate alone. Elsewhere it would be read, and lost without a word, so it is an error there; and a
 * step of those without one would always hold.
 */
function checkExpect({ phase, spec, words }: StepDraft, report: Report): void {
  if (!spec) return;
  const given = words.value('with');
  const expect = given?.kind === 'map' ? given.entries.get('expect') : undefined;
  if (phase !== 'verify' && phase !== 'gate') {
    if (!expect || !takesExpect(spec)) return;
    const hint = phase === 'diagnose' ? 'test its outputs in affected, or move the step to verify' : 'move the step to verify';
    report.error('expect-in-diagnose', expect.key, `nothing judges what a step of ${phase} expects`, hint);
    return;
  }
  if (!spec.verify) {
    const message = `${spec.name} has nothing that could be expected of it`;
    report.error('wrong-phase', valueRange(words, 'uses'), message, 'move the step to diagnose');
    return;
  }
  const empty = expect?.value.kind === 'map' && expect.value.entries.size === 0;
  if (!takesExpect(spec) || (expect && !empty)) return;
  const at = expect?.key ?? (given ? words.key('with') : valueRange(words, 'uses'));
  report.error(
    'expect-missing',
    at,
    `a ${phase} step must say what it expects of ${spec.name}`,
    `such as with: { expect: { ${expectWords(spec)} } }`,
  );
}

type Spec = NonNullable<StepDraft['spec']>;

function takesExpect(spec: Spec): boolean {
  return expectOf(spec) !== undefined;
}

function expectOf({ schema }: Spec) {
  return 'properties' in schema ? schema.properties?.['expect'] : undefined;
}

function expectWords(spec: Spec): string {
  const expect = expectOf(spec);
  const known = expect && 'properties' in expect ? Object.keys(expect.properties ?? {}) : [];
  return known
    .slice(0, 4)
    .map((word) => `${word}: …`)
    .join(', ');
}

import { showDuration } from '../domain/duration.ts';
import type { Runbook, Step, WaveSize } from '../domain/runbook.ts';
import type { SignatureState } from '../domain/signature.ts';
import { hanging, type Page } from '../ui/page.ts';
import { wrap } from '../ui/wrap.ts';

/** A runbook as data, for `show --json`. */
export function runbookData(runbook: Runbook, signature: SignatureState): object {
  const step = ({ id, spec, place, shellText }: Step) => ({
    id,
    uses: spec.name,
    changes: spec.plan !== undefined,
    shell_text: shellText === true,
    line: place.line,
  });
  return {
    name: runbook.name,
    summary: runbook.summary,
    docs: runbook.docs,
    path: runbook.path,
    sha256: runbook.source.sha256,
    signature,
    hosts: runbook.hosts ?? null,
    inputs: Object.fromEntries(runbook.inputs),
    diagnose: runbook.diagnose.map(step),
    remediate: runbook.remediate.map(step),
    verify: runbook.verify.map(step),
    gate: runbook.gate.map(step),
    rollout: runbook.rollout,
  };
}

/** Prose wider than this is hard to read, also in a file. */
const WIDEST = 100;

/** A runbook as a page of text. */
export function describeRunbook(page: Page, runbook: Runbook, signature: SignatureState): readonly string[] {
  const { style, say } = page;
  const paragraphs = runbook.docs.trim() === '' ? [] : runbook.docs.trim().split(/\n\s*\n/);
  const name = say(runbook.name);
  const [title = '', ...more] = hanging(page, 0, `${name}  `, say(runbook.summary));
  return [
    style.strong(name) + title.slice(name.length),
    ...more,
    ...hanging(page, 0, '', `${say(runbook.path)}  sha256 ${runbook.source.sha256.slice(0, 12)}`, style.quiet),
    ...hanging(page, 0, '', say(signatureWords(signature)), signature.state === 'bad' ? style.bad : style.quiet),
    ...paragraphs.flatMap((paragraph) => ['', ...wrap(say(paragraph.replaceAll('\n', ' ')), Math.min(page.width, WIDEST))]),
    '',
    ...hanging(page, 0, 'hosts      ', say(runbook.hosts ?? 'none: name them with --hosts')),
    ...phase(page, 'diagnose', runbook.diagnose),
    ...phase(page, 'remediate', runbook.remediate),
    ...phase(page, 'verify', runbook.verify),
    ...phase(page, 'gate', runbook.gate),
    ...hanging(page, 0, 'rollout    ', rolloutWords(runbook)),
    ...inputs(page, runbook),
  ];
}

function signatureWords(signature: SignatureState): string {
  switch (signature.state) {
    case 'none':
      return 'not signed';
    case 'good':
      return `signed by ${signature.by}`;
    case 'bad':
      return `its signature is not good: ${signature.why}`;
    case 'unchecked':
      return signature.why;
  }
}

function phase(page: Page, name: string, steps: readonly Step[]): readonly string[] {
  return steps.flatMap(({ id, spec, shellText }, index) => {
    const left = `${(index === 0 ? name : '').padEnd(11)}${page.say(id).padEnd(16)} `;
    return shellText
      ? hanging(page, 0, left, `${spec.summary}: shell text`, page.style.bad)
      : hanging(page, 0, left, spec.summary, page.style.quiet);
  });
}

function rolloutWords({ rollout }: Runbook): string {
  const bake = rollout.bakeMs > 0 ? `, bake ${showDuration(rollout.bakeMs)}` : '';
  const zones = rollout.zone === undefined ? '' : `, zone by zone (${rollout.zone})`;
  const jitter = rollout.jitterMs > 0 ? `, begun within ${showDuration(rollout.jitterMs)}` : '';
  const breach = { stop: '', 'rollback-wave': ', else the wave is taken back', 'rollback-run': ', else all is taken back' }[
    rollout.onBreach
  ];
  const asked = { run: '', wave: '; each wave is asked for', host: '; each host is asked for' }[rollout.confirm];
  return `waves ${rollout.waves.map(size).join(', ')}${zones}${jitter}; at most ${size(rollout.maxFailures)} may fail${breach}; verify within ${showDuration(rollout.verifyTimeoutMs)}${bake}${asked}`;
}

function size(wave: WaveSize): string {
  return 'hosts' in wave ? String(wave.hosts) : `${wave.percent}%`;
}

function inputs(page: Page, { inputs: specs }: Runbook): readonly string[] {
  if (specs.size === 0) return [];
  const rows = [...specs].map(([name, spec]) => {
    const standard = spec.default === undefined ? 'required' : `default ${JSON.stringify(spec.default)}`;
    return [`  -e ${page.say(name)}=…`, `${page.say(spec.description)} (${spec.type}, ${page.say(standard)})`] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  return ['', 'inputs', ...rows.flatMap(([left, right]) => hanging(page, 0, `${left.padEnd(width)}  `, right))];
}

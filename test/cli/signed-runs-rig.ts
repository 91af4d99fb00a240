import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listRuns } from '../../src/cli/list-runs.ts';
import { screenOf } from '../../src/cli/screen.ts';
import { signEnd } from '../../src/cli/sign-run.ts';
import type { EventBody, RunEvent } from '../../src/domain/event.ts';
import { FileJournal } from '../../src/journal/file-journal.ts';
import { isOwnerFile } from '../../src/journal/owner.ts';
import { Signers } from '../lab/signers.ts';
import { flagRemoved, settled, started, transaction } from '../ui/streams.ts';
import { fakeWorld } from './rig.ts';

export const DAY_MS = 86_400_000;
export const NOW = Date.now();
const THEN = NOW - 10 * DAY_MS;

/** Events of one moment, in ms since the epoch. */
export const at = (time: number, bodies: readonly EventBody[]): readonly RunEvent[] => bodies.map((body) => ({ at: time, ...body }));
export const ENDED: EventBody = { type: 'run.finished', outcomes: { a: 'fixed' }, exitCode: 0 };
/** An apply that ended ten days ago. */
export const whole = (run: string) =>
  at(THEN, [
    { ...started('apply', ['a']), run } as EventBody,
    ...transaction('a', false, [flagRemoved()]),
    ...settled('a', false, 'confirm'),
    ENDED,
  ]);

/** An operator's machine with this policy; ada's and bob's keys count. */
export function machine(policy = 'sign_runs: ../ada\nallowed_signers: signers\n') {
  const { world: bare, out, err, runs } = fakeWorld();
  const { cwd } = bare;
  const env: Record<string, string | undefined> = { ...process.env, XDG_CONFIG_HOME: cwd, XDG_STATE_HOME: cwd };
  const world = { ...bare, env };
  const people = new Signers(cwd, ['ada', 'bob', 'eve']);
  mkdirSync(join(cwd, 'runbook'));
  const adopt = (text: string) => writeFileSync(join(cwd, 'runbook/policy.yaml'), text);
  adopt(policy);
  writeFileSync(join(cwd, 'runbook/signers'), people.line('ada') + people.line('bob'));
  const screen = screenOf(world, { color: 'never' });
  const journalOf = (run: string) => join(runs, run, 'journal.jsonl');

  /** Keeps a run, or goes on with it, and ends as a command does. */
  const ended = async (run: string, events = whole(run)): Promise<void> => {
    const directory = join(runs, run);
    const journal = existsSync(directory) ? await FileJournal.resume(directory) : await FileJournal.create(directory);
    await journal.append(events);
    await journal.close();
    for (const name of readdirSync(directory)) if (isOwnerFile(name)) writeFileSync(join(directory, name), '');
    await signEnd(world, screen, { record: { directory, line: journal.lastLine } }, true);
  };
  const verified = async (run?: string) => {
    const before = out.text.length;
    const code = await listRuns(world, { color: 'never', verify: true }, run);
    return { code, said: out.text.slice(before) };
  };
  return { world, cwd, out, err, runs, people, adopt, journalOf, ended, verified };
}

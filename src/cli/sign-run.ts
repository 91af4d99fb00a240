import type { Failure } from '../domain/failure.ts';
import { runSignaturePath, writeSignature } from '../journal/signature-file.ts';
import { sign } from '../journal/ssh-signature.ts';
import { readRules } from './plan-policy.ts';
import type { Screen } from './screen.ts';
import type { Ended } from './session.ts';
import type { World } from './world.ts';

/**
 * Signs the end of a run where the policy names a key for it: the last line of its journal, whose hash vouches for all before it. The run
 * has ended by then, so that what keeps it from being signed is told, and changes nothing about it. With `json`, as without a
 * terminal, nobody is asked for a passphrase.
 */
export async function signEnd(world: World, screen: Screen, { record }: Pick<Ended, 'record'>, json: boolean): Promise<void> {
  if (!record) return;
  const unsigned = (failure: Failure) =>
    void screen.refuse({ ...failure, message: `the end of the run is not signed: ${failure.message}` });
  const rules = await readRules(world, screen);
  if (!rules.ok) return unsigned(rules.failure);
  const { runKey } = rules.value;
  if (runKey === undefined) return;
  const attended = !json && world.terminal.input.isTTY === true && world.err.isTTY;
  const tell = (said: string) => screen.tell([screen.err.say(said)]);
  // A question for a passphrase must not come out of nowhere.
  if (attended) tell(`Signing the end of the run with ${runKey}.`);
  const resist = () => undefined;
  // Ctrl-C at the question for a passphrase is an answer to that, not to the run.
  process.on('SIGINT', resist);
  try {
    const signed = await sign('run', Buffer.from(record.line, 'utf8'), runKey, world.env, attended ? tell : undefined);
    if (!signed.ok) return unsigned(signed.failure);
    const written = await writeSignature({ name: runSignaturePath(record.directory), bytes: signed.value }, 0o600);
    if (!written.ok) return unsigned(written.failure);
    tell('The end of the run is signed.');
  } finally {
    process.off('SIGINT', resist);
  }
}

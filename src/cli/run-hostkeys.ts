import { type Failure, HostFault, type Result } from '../domain/failure.ts';
import { count } from '../formats/count.ts';
import { KnownHostsReader } from '../transport/host-key-check.ts';
import { type KeyStanding, type SurveyedKey, surveyHostKeys } from '../transport/host-key-survey.ts';
import { addKnownHosts } from '../transport/known-hosts-file.ts';
import { hanging } from '../ui/page.ts';
import { askYes } from './ask-yes.ts';
import { connect } from './connect.ts';
import type { TargetOptions } from './options.ts';
import { type Screen, screenOf } from './screen.ts';
import type { Remembered } from './ssh-target.ts';
import { chooseByPattern } from './targets.ts';
import { tellAnsible } from './tell-ansible.ts';
import type { World } from './world.ts';

/** What a host showed, or why it showed nothing. */
type Surveyed = { readonly host: string } & (
  | { readonly keys: readonly SurveyedKey[]; readonly remembered?: Remembered }
  | { readonly failure: Failure }
);

/** `hostkeys scan`: 3 when a host shows what known_hosts has otherwise, 4 when one did not answer and none is so, else 0. */
export async function scanHostkeys(world: World, pattern: string | undefined, options: TargetOptions): Promise<number> {
  const screen = screenOf(world, options);
  const surveyed = await survey(world, screen, pattern, options);
  if (!surveyed.ok) return screen.refuse(surveyed.failure);
  show(screen, surveyed.value, options);
  return exitCode(surveyed.value);
}

/** `hostkeys add`: as `scan`, and 5 when nobody agreed. */
export async function enrolHostkeys(world: World, pattern: string | undefined, options: TargetOptions, yes: boolean): Promise<number> {
  const screen = screenOf(world, options);
  const surveyed = await survey(world, screen, pattern, options);
  if (!surveyed.ok) return screen.refuse(surveyed.failure);
  show(screen, surveyed.value, options);
  const files = Map.groupBy(
    surveyed.value.flatMap((one) => ('keys' in one ? [one] : [])),
    ({ remembered }) => JSON.stringify([remembered?.file, remembered?.hashed]),
  );
  for (const hosts of files.values()) {
    const { file, hashed = false } = hosts[0]?.remembered ?? {};
    const fresh = hosts.flatMap(({ keys }) => keys.filter(({ standing }) => standing === 'new'));
    if (fresh.length === 0) continue;
    if (file === undefined)
      return screen.refuse({ code: 'bad-input', message: 'no known_hosts file is named to which keys could be added' });
    const question = `Add ${count(fresh.length, 'key')} of ${count(new Set(fresh.map(({ name }) => name)).size, 'host')} to ${screen.err.say(file)}?`;
    if (!yes && !(await askYes(world, screen, question))) {
      screen.tell(['Nothing was added: nobody agreed. With -y nobody is asked.']);
      return 5;
    }
    const added = await addKnownHosts(file, fresh, { hashed });
    if (!added.ok) return screen.refuse(added.failure);
    screen.tell([`Added ${count(added.value.added.length, 'key')} to ${screen.err.say(file)}.`]);
    for (const { name, fingerprint } of added.value.refused) {
      screen.tell([`${screen.err.say(name)} has become known by another key meanwhile: ${fingerprint} was not added.`]);
    }
    if (added.value.refused.length > 0) return 3;
  }
  return exitCode(surveyed.value);
}

async function survey(
  world: World,
  screen: Screen,
  pattern: string | undefined,
  options: TargetOptions,
): Promise<Result<readonly Surveyed[]>> {
  const chosen = await chooseByPattern(world, screen, options, pattern);
  if (!chosen.ok) return chosen;
  tellAnsible(screen, chosen.value.inventory.ansible, chosen.value.hosts);
  const { hostKeys, close } = await connect(world, options, screen, chosen.value.inventory, []);
  const reader = new KnownHostsReader();
  try {
    const value = await Promise.all(
      chosen.value.hosts.map(async (host): Promise<Surveyed> => {
        try {
          const { target, shown, remembered } = await hostKeys(host);
          const keys = await surveyHostKeys(target, shown, reader);
          return keys.ok
            ? { host: host.name, keys: keys.value, ...(remembered === undefined ? {} : { remembered }) }
            : { host: host.name, failure: keys.failure };
        } catch (error) {
          if (!(error instanceof HostFault)) throw error;
          return { host: host.name, failure: error.failure };
        }
      }),
    );
    return { ok: true, value };
  } finally {
    await close();
  }
}

const WORDS: Readonly<Record<KeyStanding, string>> = {
  known: 'known',
  new: 'new',
  other: 'not the key that known_hosts has for it',
  revoked: 'revoked',
};

function show(screen: Screen, surveyed: readonly Surveyed[], { json }: TargetOptions): void {
  if (json) {
    const plain = surveyed.map((one) =>
      'keys' in one
        ? { host: one.host, keys: one.keys.map(({ blob, ...key }) => ({ ...key, key: Buffer.from(blob).toString('base64') })) }
        : one,
    );
    screen.data(plain);
    return;
  }
  const { out } = screen;
  const { style, symbols } = out;
  for (const one of surveyed) {
    if ('failure' in one) {
      screen.print(hanging(out, 0, `${style.bad(symbols.bad)} `, out.say(one.failure.message)));
      continue;
    }
    screen.print([out.say(one.host)]);
    for (const { name, type, fingerprint, standing } of one.keys) {
      const paint = standing === 'known' ? style.good : standing === 'new' ? style.warn : style.bad;
      screen.print([`    ${out.say(name)} ${out.say(type)} ${fingerprint}  ${paint(WORDS[standing])}`]);
    }
  }
}

function exitCode(surveyed: readonly Surveyed[]): number {
  const isOdd = surveyed.some((one) => 'keys' in one && one.keys.some(({ standing }) => standing === 'other' || standing === 'revoked'));
  if (isOdd) return 3;
  return surveyed.some((one) => 'failure' in one) ? 4 : 0;
}

import type { OverSsh } from '../domain/event.ts';
import type { Host } from '../domain/host.ts';
import { count } from '../formats/count.ts';
import { hanging } from '../ui/page.ts';
import { showFailure } from '../ui/show-failure.ts';
import { type Accepted, acceptNewKeys, type HostKeysOf, mayAcceptNew } from './accept-new.ts';
import { tellNeeds } from './choose-client.ts';
import type { WayFinder } from './find-way.ts';
import type { TransportChoice } from './options.ts';
import type { Screen } from './screen.ts';
import type { World } from './world.ts';

/** More keys than that are counted and not named, unless everything is to be. */
const NAMED = 12;

/**
 * Says once, before anything is drawn, what is special about the ways to hosts: who goes over ssh, and whose host keys are checked though
 * the configuration says otherwise. First keys of servers that may be taken are. Resolves to those that go over ssh.
 */
export async function tellWays(
  world: World,
  screen: Screen,
  choice: TransportChoice,
  ways: WayFinder,
  hosts: readonly Host[],
  hostKeys: HostKeysOf,
): Promise<readonly OverSsh[]> {
  const note = (line: string) => screen.tell(hanging(screen.err, 0, 'note: ', screen.err.say(line)));
  const overSsh = choice === 'auto' ? await ways.needs(hosts, 'openssh') : [];
  for (const line of tellNeeds(overSsh, false)) note(line);
  if (choice === 'ssh2') for (const line of tellNeeds(await ways.needs(hosts, 'ssh2'), true)) note(line);
  for (const { at, hosts: names } of await ways.unchecked(hosts)) {
    const who = names.length === 1 ? names.join() : count(names.length, 'host');
    note(`host keys of ${who} are checked, though ${at} says StrictHostKeyChecking no`);
  }
  if (mayAcceptNew(world)) tellAccepted(screen, await acceptNewKeys(await ways.newcomers(hosts), hostKeys), note);
  return overSsh;
}

function tellAccepted(screen: Screen, { keys, failures }: Accepted, note: (line: string) => void): void {
  for (const [file, added] of Map.groupBy(keys, (key) => key.file)) {
    note(
      `${count(added.length, 'host key')} ${added.length === 1 ? 'was' : 'were'} not known and added to ${file} (StrictHostKeyChecking accept-new)`,
    );
    const named = screen.err.full || added.length <= NAMED ? added : [];
    screen.tell(named.map(({ name, type, fingerprint }) => `    ${screen.err.say(name)} ${screen.err.say(type)} ${fingerprint}`));
  }
  for (const failure of failures) screen.tell(showFailure(screen.err, failure));
}

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { hostWithout, localFleet, temporaryDirectory, thisHost } from './local-fleet.ts';
import { planned, transactionOf } from './transactions.ts';

// busybox's timeout leaves a child behind that looks once a second whether the program has ended: what it holds open, the transport waits for.
test('a clock of timeout(1) for what prints nothing holds no stream of the script open', async () => {
  const directory = temporaryDirectory();
  const seen = `${directory}/seen`;
  const clock = `#!/bin/sh
[ "$1" != -k ] || shift 2
case "$2" in true | logger) ls -l /proc/$$/fd >>'${seen}' ;; esac
shift
exec "$@"
`;
  const { fleet } = localFleet({ shell: hostWithout([], { timeout: clock, logger: '#!/bin/sh\n' }) });
  writeFileSync(`${directory}/f`, 'old');
  await (await fleet.write(thisHost)).begin(transactionOf([await planned(fleet, `${directory}/f`, 'new')]));
  expect(existsSync(seen)).toBe(true);
  expect(readFileSync(seen, 'utf8')).not.toMatch(/ [34] -> /);
});

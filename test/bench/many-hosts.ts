import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { clockOf } from '../../src/cli/session.ts';
import type { Fleet } from '../../src/domain/access.ts';
import { fail } from '../../src/domain/failure.ts';
import { Elsewhere } from '../../src/engine/elsewhere.ts';
import { planFleet } from '../../src/engine/plan-fleet.ts';
import { loadRunbook } from '../../src/load/load-runbook.ts';
import { stepTypes } from '../../src/steps/index.ts';
import { inventoryHost } from '../fakes/fake-fleet.ts';
import { FakeHost } from '../fakes/fake-host.ts';

// The engine's own share of a plan, without SSH: so many hosts, each with the fault, which answer within a tenth of a second. Argument: how many. Prints the 99th percentile of
// what the event loop stood still, in ms.
const count = Number(process.argv[2] ?? 10_000);
const path = join(import.meta.dirname, 'bench.yaml');
const loaded = loadRunbook({ path, text: readFileSync(path, 'utf8') }, stepTypes);
if (!loaded.ok) throw new Error(`${path} is not sound`);

const fragment = '/lib/systemd/system/kubelet.service';
const flags = '/var/lib/kubelet/kubeadm-flags.env';
const fleet: Fleet = {
  read: async ({ name }) => {
    await pause(Math.random() * 100);
    return new FakeHost(
      {
        units: {
          'kubelet.service': {
            Id: 'kubelet.service',
            LoadState: 'loaded',
            ActiveState: 'active',
            SubState: 'running',
            FragmentPath: fragment,
            EnvironmentFiles: `${flags} (ignore_errors=yes)`,
          },
        },
        files: {
          '/proc/uptime': '1000.00 1000.00\n',
          [fragment]: `[Service]\nEnvironmentFile=-${flags}\nExecStart=/usr/bin/kubelet $KUBELET_KUBEADM_ARGS\n`,
          [flags]: 'KUBELET_KUBEADM_ARGS="--network-plugin=cni --improve-speed"\n',
        },
      },
      name,
    );
  },
  write: () => Promise.reject(new Error('a plan writes nothing')),
  close: () => Promise.resolve(),
};

const stop = new AbortController();
const elsewhere = new Elsewhere(fleet, () => fail('not-found', 'nobody'));
const hosts = Array.from({ length: count }, (_, n) => inventoryHost(`n${n + 1}`));
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
const planning = {
  runbook: loaded.runbook,
  inputs: {},
  fleet,
  elsewhere,
  clock: clockOf(() => false),
  stop: stop.signal,
  isSecret: () => false,
  remedy: true,
};
let changes = 0;
for await (const batch of planFleet(hosts, planning, 0)) {
  for (const event of batch) if (event.type === 'host.planned') changes += event.plan.changes.length;
  // As the journal and the terminal do between two batches.
  await pause(0);
}
delay.disable();
if (changes < count) throw new Error(`${changes} changes on ${count} hosts`);
process.stdout.write(`${(delay.percentile(99) / 1_000_000).toFixed(0)}\n`);

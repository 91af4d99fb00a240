import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Visit } from '../ssh/controller.ts';
import { type Sshd, startSshd, whyNoSshd } from '../ssh/sshd.ts';
import { type Controller, startController } from '../ssh/start-controller.ts';
import { childrenOf, untilGone, workersOf } from '../ssh/worker-processes.ts';
import { request } from '../transport/requests.ts';

const missing = whyNoSshd();
const ENTRY = fileURLToPath(new URL('bad-hosts-worker.ts', import.meta.url));

describe.skipIf(missing !== undefined)(`a worker process that dies${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let sshd: Sshd;

  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd.stop());

  const hosts = (count: number) => Array.from({ length: count }, (_, n) => sshd.target({ host: `web${n}` }));
  const [begun, go] = ['begun', 'go'].map((name) => () => join(sshd.directory, name)) as [() => string, () => string];

  /** Each command adds a line to a file when it begins, and ends when it is let go, or after a minute. */
  const held = () => {
    for (const path of [begun(), go()]) rmSync(path, { force: true });
    const command = `echo >>${begun()}; n=0; until [ -e ${go()} ] || [ "$((n += 1))" -gt 600 ]; do sleep 0.1; done`;
    return { request: request(command, { timeoutMs: 90_000 }), secrets: {} };
  };
  const letGo = () => writeFileSync(go(), '');

  /** Resolves to the controller's workers once as many commands as that are under way. */
  const busy = async (controller: Controller, commands: number): Promise<readonly number[]> => {
    await vi.waitUntil(() => existsSync(begun()) && readFileSync(begun()).length >= commands, { timeout: 60_000, interval: 50 });
    return workersOf(controller.pid);
  };

  const kindsOf = (visits: readonly Visit[], kind: string) => visits.filter((visit) => visit.kind === kind).length;

  test('fault 37: one that is killed loses the commands of its hosts, and of no other', async () => {
    const controller = startController({ ...held(), targets: hosts(16), visits: 2 });
    const [first = 0] = await busy(controller, 16);
    process.kill(first, 'SIGKILL');
    await untilGone([first]);
    letGo();
    const visits = await controller.over;
    expect([kindsOf(visits, 'lost'), kindsOf(visits, 'exited')]).toEqual([8, 16]);
    expect(visits.find(({ kind }) => kind === 'lost')?.words).toBe('its worker process was ended by SIGKILL');
  });

  test('fault 37: one that is stopped is killed after a silence, and the hosts of others finish', async () => {
    const controller = startController({ ...held(), targets: hosts(16), visits: 2 });
    const [first = 0] = await busy(controller, 16);
    process.kill(first, 'SIGSTOP');
    letGo();
    const visits = await controller.over;
    expect([kindsOf(visits, 'lost'), kindsOf(visits, 'exited')]).toEqual([8, 16]);
    expect(visits.find(({ kind }) => kind === 'lost')?.words).toBe('its worker process gave no sign of life for 5 s and was ended');
  });

  test('fault 37: none is killed because the controller itself was stopped', async () => {
    const controller = startController({ ...held(), targets: hosts(2), visits: 2 });
    await busy(controller, 2);
    process.kill(controller.pid, 'SIGSTOP');
    // The fault itself: longer than a worker may be silent.
    await new Promise((resolve) => setTimeout(resolve, 8_000));
    process.kill(controller.pid, 'SIGCONT');
    letGo();
    expect((await controller.over).map(({ kind }) => kind)).toEqual(['exited', 'exited']);
  });

  test('fault 37: Ctrl-C in the terminal reaches the controller, and no worker', async () => {
    const controller = startController({ ...held(), targets: hosts(2), visits: 1 });
    await busy(controller, 2);
    process.kill(-controller.pid, 'SIGINT');
    letGo();
    expect((await controller.over).map(({ kind }) => kind)).toEqual(['exited', 'exited']);
  });

  test('fault 37: all processes of a controller end with it when it is killed', async () => {
    const controller = startController({ ...held(), targets: hosts(16), visits: 1 });
    await busy(controller, 16);
    const pids = childrenOf(controller.pid);
    process.kill(controller.pid, 'SIGKILL');
    await untilGone(pids);
    letGo();
  });

  test('fault 37: one that a host stalls, and one that is stopped, end as well when the controller is killed', async () => {
    const targets = hosts(16).toSpliced(0, 1, sshd.target({ host: 'pins' }));
    const controller = startController({ ...held(), targets, visits: 1, entry: ENTRY });
    const [, second = 0] = await busy(controller, 8);
    const pids = childrenOf(controller.pid);
    process.kill(second, 'SIGSTOP');
    process.kill(controller.pid, 'SIGKILL');
    await untilGone(pids);
    letGo();
  });

  test('fault 37: a process that has no more to do ends, though its workers and their connections are still there', async () => {
    const controller = startController({ ...held(), targets: hosts(2), visits: 1, careless: true });
    const [pid = 0] = await busy(controller, 2);
    letGo();
    expect((await controller.over).map(({ kind }) => kind)).toEqual(['exited', 'exited']);
    expect(controller.child.exitCode).toBe(0);
    await untilGone([pid]);
  });
});

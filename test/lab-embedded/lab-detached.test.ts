import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { LAB_HOSTS } from '../../src/lab/fleet.ts';
import { labBreak } from '../../src/lab/lab-break.ts';
import { labDown, labUpDetached } from '../../src/lab/lab-detached.ts';
import { labInventory, usualPorts } from '../../src/lab/lab-inventory.ts';
import { defaultLabDir, labPaths, readLiveRecord, startTimeOf } from '../../src/lab/lab-state.ts';
import { labStatus } from '../../src/lab/lab-status.ts';
import { labUp } from '../../src/lab/lab-up.ts';
import { ask, noPractice, practice, scratch } from './practice.ts';

describe.skipIf(noPractice !== undefined)(
  `a fleet in the background${noPractice === undefined ? '' : ` (not here: ${noPractice})`}`,
  () => {
    test('comes up, can be broken and looked at from outside, and goes down again', async () => {
      const stateDir = scratch();
      const up = await labUpDetached({ stateDir, ports: 'any' });
      if (!up.ok) throw new Error(up.failure.message);
      expect(up.value).toMatchObject({ already: false });
      expect(up.value.pid).not.toBe(process.pid);
      for (const port of Object.values(up.value.ports)) expect(await greeting(port)).toMatch(/^SSH-2\.0-/);
      expect(await labUpDetached({ stateDir })).toMatchObject({ ok: true, value: { pid: up.value.pid, already: true } });
      expect(await labUp({ stateDir, ports: 'any' })).toMatchObject({ ok: false, failure: { code: 'refused' } });
      expect(await labBreak(stateDir, 'kubelet-bad-flag')).toMatchObject({ ok: true });
      expect(
        (await labStatus(stateDir)).hosts.filter(({ kubelet }) => kubelet === 'activating (auto-restart)').map(({ name }) => name),
      ).toEqual(['lab-2', 'lab-4']);
      expect(await labDown(stateDir)).toEqual({ ok: true, value: { stopped: true } });
      expect(startTimeOf(up.value.pid)).toBeUndefined();
      expect(existsSync(labPaths(stateDir).hosts)).toBe(false);
      expect(await labStatus(stateDir)).toMatchObject({ pid: undefined, hosts: [] });
      expect(await labDown(stateDir)).toEqual({ ok: true, value: { stopped: false } });
    });

    test('why it did not come up is told by who started it', async () => {
      const stateDir = scratch();
      mkdirSync(join(stateDir, 'hosts'));
      writeFileSync(join(stateDir, 'hosts/mine'), 'precious');
      expect(await labUpDetached({ stateDir, ports: 'any' })).toMatchObject({ ok: false, failure: { code: 'refused' } });
      expect(await labDown(stateDir)).toEqual({ ok: true, value: { stopped: false } });
      expect(readFileSync(join(stateDir, 'hosts/mine'), 'utf8')).toBe('precious');
    });

    test('a process that has the pid of a server that is gone is not ended', async () => {
      const stateDir = scratch();
      const up = await labUpDetached({ stateDir, ports: 'any' });
      if (!up.ok) throw new Error(up.failure.message);
      await labDown(stateDir);
      writeFileSync(
        labPaths(stateDir).record,
        JSON.stringify({ pid: process.pid, startTime: '1', detached: true, mode: 'user', ports: {} }),
      );
      expect(await labDown(stateDir)).toEqual({ ok: true, value: { stopped: false } });
    });

    test('a fleet that a test or a demo serves itself is not ended from outside', async () => {
      const lab = await practice();
      expect(await labDown(lab.paths.stateDir)).toMatchObject({ ok: false, failure: { code: 'refused' } });
      expect((await labStatus(lab.paths.stateDir)).hosts.every(({ answers }) => answers)).toBe(true);
    });

    test('a port that is taken is an expected failure, and nothing stays behind', async () => {
      const usual = LAB_HOSTS[2]?.port ?? 0;
      const taken = createServer();
      const held = await new Promise<boolean>((resolve) => {
        taken.once('error', () => resolve(false));
        taken.listen(usual, '127.0.0.1', () => resolve(true));
      });
      const stateDir = scratch();
      expect(await labUp({ stateDir })).toMatchObject({ ok: false, failure: { code: 'refused' } });
      expect(existsSync(labPaths(stateDir).hosts)).toBe(false);
      if (held) taken.close();
    });
  },
);

const NOBODY = 65_534;
const SERVER = fileURLToPath(new URL('../../src/lab/lab-server.ts', import.meta.url));
const asNobody = process.getuid?.() !== 0 ? 'not root here' : !readableBy(NOBODY) ? 'others may not read this checkout' : noPractice;

test.skipIf(asNobody !== undefined)(
  `a user without any rights can have a fleet${asNobody === undefined ? '' : ` (${asNobody})`}`,
  async () => {
    const stateDir = scratch();
    chownSync(stateDir, NOBODY, NOBODY);
    const env = { HOME: '/nonexistent', PATH: process.env['PATH'] };
    const server = spawn(process.execPath, [SERVER, stateDir, 'any'], {
      uid: NOBODY,
      gid: NOBODY,
      cwd: '/',
      env,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const gone = new Promise((resolve) => server.once('exit', resolve));
    expect(await new Promise((resolve) => server.once('message', resolve))).toEqual({ ok: true });
    const paths = labPaths(stateDir);
    const { ports, mode } = readLiveRecord(paths) ?? { ports: {}, mode: undefined };
    expect(mode).toBe('user');
    const said = await ask(
      { paths, ports },
      'lab-5',
      'id -u; stat -c %u /etc/default/kubelet; systemctl restart kubelet && systemctl is-active kubelet',
    );
    expect(said).toEqual({ code: 0, signal: undefined, stdout: '0\n0\nactive\n', stderr: '' });
    server.kill('SIGTERM');
    expect(await gone).toBe(0);
    expect(existsSync(paths.hosts)).toBe(false);
  },
);

function readableBy(id: number): boolean {
  return (
    spawnSync(process.execPath, ['-e', 'require("fs").readFileSync(process.argv[1])', SERVER], { uid: id, gid: id, cwd: '/' }).status === 0
  );
}

test('the inventory that is shipped is the fleet with the usual paths and ports', () => {
  const usual = '~/.local/state/runbook/lab';
  const text = labInventory({ clientKey: `${usual}/client_key`, knownHosts: `${usual}/known_hosts`, ports: usualPorts() });
  expect(readFileSync(new URL('../../inventories/lab.yaml', import.meta.url), 'utf8')).toBe(text);
});

test.each([
  [{ XDG_STATE_HOME: '/state' }, '/state/runbook/lab'],
  [{ XDG_STATE_HOME: 'relative' }, expect.stringMatching(/\/\.local\/state\/runbook\/lab$/)],
  [{}, expect.stringMatching(/\/\.local\/state\/runbook\/lab$/)],
])('with %j the fleet is kept in the state directory', (env, directory) => {
  expect(defaultLabDir(env)).toEqual(directory);
});

function greeting(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('data', (bytes) => {
      socket.destroy();
      resolve(bytes.toString('latin1'));
    });
    socket.once('error', reject);
  });
}

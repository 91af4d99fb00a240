import type { Fleet, Probe, Reader } from '../domain/access.ts';
import { absent } from '../domain/file.ts';
import type { Host } from '../domain/host.ts';

/** A host that is not there, for what steps ask before they know anything of one. */
export const BLANK_HOST: Host = { name: 'host', groups: [], vars: {} };

const nothing: Probe = { code: 127, stdout: new Uint8Array(), stderr: new Uint8Array(), truncated: false };

const reader: Reader = {
  facts: async () => ({
    hostname: BLANK_HOST.name,
    machine_id: '',
    boot_id: '',
    kernel: '',
    os_id: '',
    os_version: '',
    systemd: true,
    undo_by: 'systemd',
    uid: 0,
  }),
  file: async () => absent,
  list: async () => [],
  unit: async (name) => ({ Id: name, LoadState: 'not-found' }),
  probe: async () => nothing,
  transaction: async () => ({ state: 'none', remarks: [], working: false }),
  lock: async () => undefined,
};

/** A fleet of hosts on which nothing is. Nobody is connected to. */
export const blankFleet: Fleet = {
  read: async () => reader,
  write: () => Promise.reject(new Error('nothing is ever written to a host that is not there')),
  close: async () => {},
};

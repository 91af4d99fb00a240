import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Target } from '../../src/domain/transport.ts';
import { eventsOf, outcomesOf, runbook } from '../lab/command-line.ts';
import { bookOf, type Ended } from './bench.ts';

/** Asks a host who it is, and changes nothing. */
export const PROBE_BOOK = bookOf(
  'probe',
  "diagnose: [{ uses: command.probe, with: { argv: [echo, here], read_only: true } }]\naffected: 'false'",
);

/** Writes an inventory of targets, which keeps their ports, keys and known_hosts; its path. */
export function loopbackInventory(directory: string, targets: Readonly<Record<string, Target>>): string {
  const hosts = Object.fromEntries(
    Object.entries(targets).map(([name, { address, port, user, identityFiles, knownHostsFiles, connectTimeoutMs }]) => [
      name,
      {
        ansible_host: address,
        ansible_port: port,
        ansible_user: user,
        ansible_ssh_private_key_file: identityFiles[0],
        ansible_ssh_common_args: `-o UserKnownHostsFile=${knownHostsFiles[0]}`,
        ansible_ssh_timeout: Math.ceil(connectTimeoutMs / 1_000),
      },
    ]),
  );
  const path = join(mkdtempSync(join(directory, 'inventory-')), 'hosts.yaml');
  writeFileSync(path, JSON.stringify({ all: { hosts } }));
  return path;
}

/** Runs a command on a runbook's text over such an inventory. */
export async function runLoopback(verb: 'diagnose' | 'apply', text: string, inventory: string, limit = 'all'): Promise<Ended> {
  const work = mkdtempSync(`${inventory}-`);
  try {
    writeFileSync(join(work, 'book.yaml'), text);
    const yes = verb === 'apply' ? ['-y'] : [];
    const state = ['--state-dir', join(work, 'state')];
    const finished = await runbook([verb, join(work, 'book.yaml'), '-i', inventory, '-l', limit, ...state, ...yes, '--json']);
    return { ...finished, outcomes: outcomesOf(finished), events: eventsOf(finished) };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

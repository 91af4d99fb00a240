import { afterAll, expect, it } from 'vitest';
import type { SshSetting } from '../../../src/domain/transport.ts';

import type { SshSettings } from '../../../src/transport/ssh-config/settings.ts';
import { type Files, Machine } from './machine.ts';
import { missingOpenSsh } from './openssh.ts';

type Some<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** A configuration and what it means. */
export interface Case {
  /** What `config` says, or all files, to be filled in (`Machine.fill`); so is what it means. */
  readonly files: string | Files;
  /** Default: web1. */
  readonly host?: string;
  readonly settings?: readonly SshSetting[];
  /** Settings that must be so, or absent; or, for a fault, its place and message. */
  readonly means: Some<SshSettings> | { readonly at?: string; readonly message: string };
}

/** Told once: the tables hold without ssh as well, and are compared with it where it is. */
const missing = missingOpenSsh();

function filled<T>(value: T, machine: Machine): T;
function filled(value: unknown, machine: Machine): unknown {
  if (typeof value === 'string') return machine.fill(value);
  if (Array.isArray(value)) return value.map((each) => filled(each, machine));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, filled(each, machine)]));
}

/** One test a case: what it means is what we say, and what ssh says where it is the right one. */
export function testCases(cases: Readonly<Record<string, Case>>): void {
  const machine = new Machine();
  afterAll(() => machine.remove());
  const named = Object.entries(cases).map(([name, one]): [string, Case] => [missing === undefined ? name : `${name} (${missing})`, one]);
  it.each(named)('%s', async (_name, { files, host = 'web1', settings = [], means }) => {
    machine.write(typeof files === 'string' ? { config: files } : files);
    const expected = filled(means, machine);
    const answer = await machine.answer(host, settings, 'run');
    const found: object = answer.ok ? answer.value.settings : answer.failure;
    expect(Object.fromEntries(Object.keys(expected).map((key) => [key, found[key as keyof typeof found]]))).toEqual(expected);
    if (missing !== undefined) return;
    const { kind, ours, ssh } = await machine.compare(host, settings);
    if (kind !== 'refused') expect(ours).toEqual(ssh);
  });
}

import type { Change } from '../../src/domain/change.ts';
import { absent, contentOf, withBytes } from '../../src/domain/file.ts';
import type { HostPlan } from '../../src/domain/plan.ts';
import type { SavedPlan } from '../../src/domain/saved-plan.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'utf8'));
const before = withBytes('/etc/app.conf', absent, bytes('mode=bad\n'), { mtimeNs: '1700000000000000001', xattrs: 'user.a=0x00' });

const CHANGES: readonly Change[] = [
  {
    kind: 'file',
    path: '/etc/app.conf',
    before,
    after: withBytes('/etc/app.conf', before, new Uint8Array([0, 255, 10])),
    says: ['- bad'],
    sensitive: false,
    validate: ['app', '-t', '%s'],
    inPlace: true,
  },
  { kind: 'file', path: '/etc/new', before: { kind: 'absent', missing: 'directory' }, after: before, says: [], sensitive: true },
  {
    kind: 'unit',
    unit: 'app.service',
    before: { active: false, enabled: true, masked: false },
    after: { active: true, enabled: true, masked: false },
    says: [],
    sensitive: false,
  },
  { kind: 'trigger', action: 'daemon-reload', says: [], sensitive: false },
  {
    kind: 'trigger',
    action: 'restart',
    unit: 'app.service',
    before: { active: true, enabled: true, masked: false },
    says: [],
    sensitive: false,
  },
  { kind: 'command', argv: ['app', 'go'], timeoutMs: 1_000, undo: { argv: ['app', 'back'] }, says: [], sensitive: false },
  { kind: 'command', argv: ['app', 'off'], timeoutMs: 1_000, undo: { irreversible: 'mail is sent' }, says: [], sensitive: false },
];

const HOST: HostPlan = {
  host: 'web1',
  outcome: 'would-fix',
  steps: [
    { id: 'conf', phase: 'diagnose', uses: 'file.read', status: { kind: 'read' }, findings: [], unmet: [] },
    {
      id: 'fix',
      phase: 'remediate',
      uses: 'file.line',
      status: { kind: 'planned', changes: CHANGES.slice(0, 1) },
      findings: [],
      unmet: [{ what: 'up', pendingMs: 1.5 }],
    },
    { id: 'later', phase: 'remediate', uses: 'file.read', status: { kind: 'deferred', why: 'not yet' }, findings: [], unmet: [] },
    { id: 'no', phase: 'verify', uses: 'file.read', status: { kind: 'skipped', why: 'nobody' }, findings: [], unmet: [] },
    {
      id: 'may',
      phase: 'remediate',
      uses: 'file.read',
      status: { kind: 'failed', failure: { code: 'not-found', message: 'gone', at: '/x', hint: 'look' } },
      findings: [],
      unmet: [{ what: 'mute', inconclusive: true }],
    },
  ],
  findings: [{ kind: 'cause', says: 'bad \u001b[31m mode \u202e', at: '/etc/app.conf:1', evidence: ['mode=bad'] }],
  unmet: [],
  changes: CHANGES,
  become: true,
  facts: { hostname: 'web1', machine_id: 'a'.repeat(32), host_key: 'SHA256:abc', uid: 0, systemd: true },
};

/** A plan that has everything in it that a plan can have. */
export const PLAN: SavedPlan = {
  version: '0.1.0',
  run: '20261122-080410-123a3f',
  created: '2026-11-22T08:04:10.123Z',
  expires: '2026-11-22T09:04:10.123Z',
  operator: 'ada',
  controller: 'ops-1',
  runbook: { name: 'fix', path: 'runbooks/fix.yaml', source: contentOf(bytes('apiVersion: runbook/v1\n')), signature: 'armoured\n' },
  typed: { runbook: 'fix', hosts: 'web', limit: 'web1', inputs: ['port=80'] },
  inputs: { port: 80, list: [1, 'zwei', null, { a: true }] },
  secrets: { names: ['token'], salt: '0'.repeat(32), scrypt: 'b'.repeat(64) },
  inventory: { sources: ['/srv/hosts.yaml'], hosts: { web1: 'c'.repeat(64) }, asked: { 'db[0]': 'd'.repeat(64) } },
  hosts: [{ plan: HOST, outputs: { conf: { text: 'mode=bad', sha256: 'x', bytes: 9 } } }],
  others: [{ host: 'web2', outcome: 'healthy' }],
};

import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runbook } from '../lab/command-line.ts';
import { fleetIsMissing } from '../lab/commands.ts';
import { Bench, bookOf, LINE_BOOK } from './bench.ts';

const missing = fleetIsMissing();

/** Names by which a host would like to be written somewhere else on the operator's machine. */
const NAMES = ['../../../../owned', '/owned', '..', '.ssh/authorized_keys', '-rf', '~/owned', '$(touch owned)', 'a\\nb'];

/** A shim in the place of a tool of the host: says `path` is somewhere else, and behaves otherwise. */
const shim = (tool: string, says: string) =>
  `#!/bin/sh\ncase "$*" in */etc/app.conf* | */etc/link.conf*) printf '%s\\n' '${says}'; exit 0 ;; esac\nexec /usr/bin/${tool}.real "$@"\n`;

const READS = bookOf(
  'reads',
  `
affected: 'false'
diagnose:
  - { id: conf, uses: file.read, with: { path: /etc/app.conf, format: text } }
  - { id: word, uses: file.read, with: { path: /etc/word, format: text } }
  - { uses: systemd.unit, with: { unit: app }, continue_on_error: true }
  - { uses: containers.running, continue_on_error: true }
  - uses: systemd.journal
    with: { unit: app, explain: [{ match: '(?P<what>.*)', as: cause, says: '{what}' }] }
    continue_on_error: true
`,
);

describe.skipIf(missing)(`a host that names places${missing ? ` (${missing})` : ''}`, () => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await Bench.up({ liar: { files: { '/etc/app.conf': { text: 'old\n' } } } });
    for (const tool of ['readlink', 'sha256sum'])
      await sh(`mv /usr/bin/${tool} /usr/bin/${tool}.real; ln -s ${tool}.real /usr/bin/${tool}`);
  });
  afterAll(() => bench?.[Symbol.asyncDispose]());

  const sh = (script: string) => bench.sh('liar', script);

  /** Every file of the operator's place and of where such names would lead, but for what a run may keep: its journal, its owner, contents by their digest. */
  function strays(): readonly string[] {
    const kept = /^state\/runs\/[0-9a-z-]+\/(journal\.jsonl|owner|owner\.ended|contents\/[0-9a-f]{64})$/;
    const ours = /^(hosts\.yaml|[a-z]+\.yaml)$/;
    const all = readdirSync(bench.work, { recursive: true, encoding: 'utf8' }).filter(
      (path) => !statSync(join(bench.work, path)).isDirectory(),
    );
    const outside = ['/owned', join(bench.work, '..', 'owned')].filter((path) => existsSync(path));
    return [...outside, ...all.filter((path) => !kept.test(path) && !ours.test(path))];
  }

  it.each(NAMES)('fault 42: by the name %j it is written nowhere but in the record of the run', async (name) => {
    const encoded = Buffer.from(name).toString('base64');
    await sh(`rm -f /usr/bin/readlink; ln -s readlink.real /usr/bin/readlink; echo ${encoded} | base64 -d >/etc/word; hostname liar`);
    await sh(`perl -e 'syscall(${process.arch === 'x64' ? 170 : 161}, $ARGV[0], length $ARGV[0])' -- "$(cat /etc/word)"`);
    await sh(`mkdir -p '/etc/systemd/system/app.service.d'; cp /etc/word '/etc/systemd/system/app.service.d/10-..%2f..%2fx.conf'`);
    expect((await bench.run('diagnose', READS)).outcomes).toEqual({ liar: 'healthy' });
    await sh('echo old >/etc/app.conf');
    expect((await bench.run('apply', LINE_BOOK, { inputs: { path: '/etc/app.conf' } })).outcomes).toEqual({ liar: 'fixed' });
    expect(strays()).toEqual([]);
  });

  it.each(['../../../../owned', '/etc/../owned', 'owned', '', '/etc/app.conf\n/owned', '/owned/'])(
    'fault 42: a path that is said to be really %j is not written to, there or here',
    async (says) => {
      await sh('echo old >/etc/app.conf; ln -sf app.conf /etc/link.conf; rm /usr/bin/readlink');
      bench.fleet.host('liar').write('/usr/bin/readlink', shim('readlink', says), 0o755);
      const ended = await bench.run('apply', LINE_BOOK, { inputs: { path: '/etc/link.conf' } });
      await sh('rm /etc/link.conf /usr/bin/readlink; ln -s readlink.real /usr/bin/readlink');
      expect(ended.outcomes).toEqual({ liar: expect.stringMatching(/^(failed|stale)/) });
      expect(ended.code).toBe(3);
      expect(await sh('cat /etc/app.conf; ls -d /owned /etc/owned 2>/dev/null; true')).toBe('old\n');
      expect(strays()).toEqual([]);
    },
  );

  it.each(NAMES)('fault 42: a host that the inventory calls %j is refused, or kept under a name that leads nowhere', async (name) => {
    const inventory = join(bench.work, 'names.yaml');
    writeFileSync(inventory, JSON.stringify({ all: { hosts: { [name]: { ansible_host: '127.0.0.1', ansible_port: 1 } } } }));
    mkdirSync(join(bench.work, 'state'), { recursive: true });
    const ended = await runbook([
      'apply',
      join(bench.work, 'line.yaml'),
      '-i',
      inventory,
      '-y',
      '-e',
      'path=/etc/x',
      '--state-dir',
      bench.state,
    ]);
    expect([1, 4]).toContain(ended.code);
    expect(strays()).toEqual([]);
  });
});

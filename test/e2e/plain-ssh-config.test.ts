import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, LAUNCH, outcomesOf } from '../lab/command-line.ts';
import { type Sshd, startSshd, whyNoSshd } from '../ssh/sshd.ts';

/** ssh takes the home of the account, whatever `HOME` says: in a mount namespace, another directory stands in its place. */
function whyNoHome(): string | undefined {
  const { status } = spawnSync('unshare', ['-m', 'mount', '--bind', tmpdir(), userInfo().homedir]);
  return status === 0 ? undefined : 'needs a mount namespace';
}

const missing = whyNoSshd() ?? whyNoHome();

const NAMES = Array.from({ length: 200 }, (_, n) => `${n < 150 ? 'web' : 'db'}-${String(n + 1).padStart(3, '0')}`);

const MARK = `apiVersion: runbook/v1
name: mark
summary: Leaves a mark
hosts: all
remediate:
  - uses: file.content
    with: { path: /var/tmp/runbook-is-never-here, mode: '0644', content: "by a runbook\\n" }
verify:
  - uses: file.read
    with: { path: /var/tmp/runbook-is-never-here, expect: { equals: "by a runbook\\n" } }
`;

const config = (web: Sshd, db: Sshd) => `Host web-* !web-1*
  Port ${web.port}
Host web-1??
  Port ${web.port}
Host db-*
  Port ${db.port}
  IdentityFile ~/.ssh/db_key
Match host web-*,db-*
  HostName 127.0.0.1
  ConnectTimeout 60
`;

describe.skipIf(missing !== undefined)(
  `200 hosts that ssh's own configuration knows${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let web: Sshd;
    let db: Sshd;
    let home: string;

    beforeAll(async () => {
      home = mkdtempSync(join(tmpdir(), 'runbook-home-'));
      [web, db] = await Promise.all([startSshd(), startSshd()]);
      const ssh = join(home, '.ssh');
      mkdirSync(ssh, { mode: 0o700 });
      writeFileSync(join(ssh, 'id_ed25519'), readFileSync(join(web.directory, 'id_user')), { mode: 0o600 });
      writeFileSync(join(ssh, 'db_key'), readFileSync(join(db.directory, 'id_user')), { mode: 0o600 });
      writeFileSync(join(ssh, 'known_hosts'), [web, db].map((sshd) => readFileSync(join(sshd.directory, 'known_hosts'), 'utf8')).join(''));
      execFileSync('ssh-keygen', ['-q', '-H', '-f', join(ssh, 'known_hosts')], { stdio: 'ignore' });
      writeFileSync(join(ssh, 'config'), config(web, db), { mode: 0o600 });
      writeFileSync(join(home, 'hosts.ini'), '[web]\nweb-[001:150]\n[db]\ndb-[151:200]\n');
      writeFileSync(join(home, 'mark.yaml'), MARK);
    });
    afterAll(async () => {
      await web?.stop();
      await db?.stop();
      if (home !== undefined) rmSync(home, { recursive: true, force: true });
    });

    /** `runbook ARGS…` of a user whose home has ssh's configuration, an inventory and a runbook, and nothing else. */
    function asUser(...args: readonly string[]): Finished {
      const enter = 'mount --bind "$1" "$2" && cd "$2" && shift 2 && exec "$@"';
      const { SSH_AUTH_SOCK: _, XDG_STATE_HOME: __, RUNBOOK_INVENTORY: ___, ...env } = process.env;
      const real = userInfo().homedir;
      const options = { encoding: 'utf8', env: { ...env, HOME: real }, maxBuffer: 1 << 26 } as const;
      const done = spawnSync('unshare', ['-m', 'sh', '-c', enter, 'sh', home, real, LAUNCH, ...args], options);
      return { code: done.status, signal: done.signal, out: done.stdout, err: done.stderr };
    }

    const logins = (sshd: Sshd) => sshd.log().split('Accepted publickey').length - 1;

    it('are all targeted', () => {
      const groups = JSON.parse(asUser('inventory', '-i', 'hosts.ini', '--list').out) as Readonly<
        Record<string, { readonly hosts: readonly string[] }>
      >;
      expect([...(groups['web']?.hosts ?? []), ...(groups['db']?.hosts ?? [])]).toEqual(NAMES);
    });

    // All of them are this machine, which has 200 logins and shells to bear beside its other work.
    it.each([
      ['all', 0, 200, [150, 50]],
      ['web[90:104]', 90, 105, [15, 0]],
      ['db-19*,db-200', 189, 200, [0, 11]],
    ])(
      'are planned as far as they are limited, over the keys and ports that it names: %s',
      { timeout: 600_000 },
      (limit, from, to, served) => {
        const before = [web, db].map(logins);
        const plan = asUser('plan', 'mark.yaml', '-i', 'hosts.ini', '-l', limit, '--json');
        expect(plan.err).toBe('');
        expect(outcomesOf(plan)).toEqual(Object.fromEntries(NAMES.slice(from, to).map((name) => [name, 'would-fix'])));
        const after = [web, db].map((sshd, index) => logins(sshd) - (before[index] ?? 0));
        expect(after).toEqual(served);
      },
    );

    it('are shown as one diff', () => {
      const { out } = asUser('plan', 'mark.yaml', '-i', 'hosts.ini', '-l', 'web[0:8],db-200,!web-003');
      expect(out).toContain('9 hosts');
      expect(out.match(/by a runbook/g)).toHaveLength(1);
    });
  },
);

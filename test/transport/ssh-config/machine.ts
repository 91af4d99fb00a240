import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Result } from '../../../src/domain/failure.ts';
import type { SshSetting } from '../../../src/domain/transport.ts';
import type { ExecPolicy } from '../../../src/transport/ssh-config/follow-match.ts';
import { nodeSshConfigIo } from '../../../src/transport/ssh-config/node-io.ts';

import { dumpOf, faultOf, ssh } from './openssh.ts';
import { agentOf, type OurAnswer, ourAnswer } from './our-dump.ts';

/** Files by their paths below the home directory; `config` is the one that is given with `-F`. */
export type Files = Readonly<Record<string, string>>;

/** Faults that ssh only finds when it connects, and `ssh -G` not at all. */
const LATE = /^(?:ProxyCommand|ProxyJump|IdentityFile .*|CertificateFile .*): /;

/** What both sides made of a configuration. */
export interface Comparison {
  /** `fault`: both find fault with it, or we with what `ssh -G` does not look at; `refused`: we do not answer, and say why. */
  readonly kind: 'settings' | 'fault' | 'refused';
  readonly ssh: object;
  readonly ours: object;
}

/** A home directory of its own, in which ssh and we read the same files. */
export class Machine {
  readonly home = mkdtempSync(join(tmpdir(), 'runbook-ssh-config-'));
  readonly env: Readonly<Record<string, string>> = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: this.home,
    SHELL: '/bin/sh',
    SSH_AUTH_SOCK: '/run/agent.sock',
    RB_DIR: '/srv/keys',
    RB_SOCK: '/run/other.sock',
    RB_EMPTY: '',
  };
  readonly io = nodeSshConfigIo(this.env);

  get config(): string {
    return join(this.home, 'config');
  }

  /** Fills in what differs from machine to machine: `{home}` (of `$HOME`), `{passwd}` (home of the account), `{user}`, `{uid}`, `{host}`. */
  fill(text: string): string {
    const { user, hostName } = this.io;
    const values: Readonly<Record<string, string>> = {
      home: this.home,
      passwd: user.home,
      user: user.name,
      uid: String(user.uid),
      host: hostName,
    };
    return text.replace(/\{(home|passwd|user|uid|host)\}/g, (_, name: string) => values[name] ?? '');
  }

  /** Replaces all files; they are filled in. */
  write(files: Files): void {
    rmSync(join(this.home, '.ssh'), { recursive: true, force: true });
    for (const [name, text] of Object.entries(files)) {
      const path = join(this.home, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, this.fill(text), { mode: 0o600 });
    }
  }

  /** Reads `config` for a host, as we do it. */
  answer(host: string, settings: readonly SshSetting[], exec: ExecPolicy): Promise<Result<OurAnswer>> {
    return ourAnswer(this.io, { host, settings }, { file: this.config, exec });
  }

  /** Has ssh and us read `config` for a host. What we refuse is not asked of ssh, which may look names up for it. */
  async compare(host: string, settings: readonly SshSetting[] = []): Promise<Comparison> {
    const ours = await this.answer(host, settings, 'run');
    if (!ours.ok && ours.failure.code === 'refused') return { kind: 'refused', ssh: {}, ours: ours.failure };
    const printed = await ssh(['-G', '-F', this.config, ...settings.flatMap(parameterOf), '--', host], this.env);
    if (!ours.ok || printed.code !== 0) return this.#faults(printed, ours);
    const dump = dumpOf(printed.stdout);
    const agent = { agent: agentOf(dump.get('identityagent')?.[0], this.env) };
    return {
      kind: 'settings',
      ssh: { ...Object.fromEntries([...ours.value.dump.keys()].map((keyword) => [keyword, dump.get(keyword) ?? []])), ...agent },
      ours: { ...Object.fromEntries(ours.value.dump), agent: ours.value.settings.identityAgent },
    };
  }

  /** Both must find fault, and in the same line where ssh names one. */
  #faults(printed: { readonly code: number; readonly stderr: string }, ours: Result<OurAnswer>): Comparison {
    if (!ours.ok && LATE.test(ours.failure.message)) return { kind: 'fault', ssh: {}, ours: {} };
    const place = faultOf(printed.stderr);
    const at = ours.ok ? undefined : ours.failure.at;
    const line = at === undefined || place?.startsWith('command-line') ? place : /^(.*?:\d+):\d+$/.exec(at)?.[1];
    return {
      kind: 'fault',
      ssh: { fault: printed.code !== 0, line: place },
      ours: { fault: !ours.ok, line: place === undefined ? undefined : line },
    };
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}

function parameterOf(setting: SshSetting): readonly string[] {
  if ('option' in setting) return ['-o', setting.option];
  return [{ User: '-l', Port: '-p', IdentityFile: '-i', ProxyJump: '-J' }[setting.keyword], setting.value];
}

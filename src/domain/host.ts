import type { Json, JsonObject } from './json.ts';
import type { Secret } from './secret.ts';

/** A managed machine as the inventory names it. */
export interface Host {
  /** The inventory name; also the only name used in paths and output. */
  readonly name: string;
  /** Every group that holds the host, directly or through children, in inventory order. */
  readonly groups: readonly string[];
  /** Variables after precedence was applied. Connection variables are among them; those of encrypted files are not. */
  readonly vars: JsonObject;
  /** Variables of encrypted files, by name. Known to whoever logs in alone; a name is in `vars` or here, never in both. */
  readonly secrets?: ReadonlyMap<string, Secret>;
}

/** Whether a variable's name says that its value is a secret: it is held back from `host.vars`, and so from runs and their records. */
export function looksSecret(name: string): boolean {
  return /pass(word)?$|secret|token/i.test(name);
}

/** All hosts and groups of the sources given, merged. */
export interface Inventory {
  /** Where it was read from, for messages. */
  readonly sources: readonly string[];
  /** In the order in which sources first name them; `groups.get('all')` has the order in which they are worked on. */
  readonly hosts: readonly Host[];
  /** Group name to the names of all hosts in it, children included, in inventory order. `all` and `ungrouped` always exist. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
}

/** What is known of a host from the host itself. Asked once a connection; `os_id` is os-release's ID. */
export interface Facts {
  readonly [name: string]: Json;
  readonly hostname: string;
  readonly machine_id: string;
  readonly boot_id: string;
  readonly kernel: string;
  readonly os_id: string;
  readonly os_version: string;
  readonly systemd: boolean;
  /** What takes a transaction back that nobody confirms: `systemd` (also after a reboot), `at`, or a `process` that a reboot ends. */
  readonly undo_by: 'systemd' | 'at' | 'process';
  readonly uid: number;
}

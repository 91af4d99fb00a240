/** A command that sudoers is to allow, argv[0] with its directory. */
export type AllowedCommand = readonly string[];

/** Commands for one purpose, told in a comment. */
export interface AllowedFor {
  readonly purpose: string;
  readonly commands: readonly AllowedCommand[];
}

/** What a snippet for sudoers is made from. */
export interface SudoersSnippet {
  /** The login that may run them as root, without a password. */
  readonly user: string;
  /** The beginning of the names of its aliases: upper-case letters, digits and `_`. */
  readonly alias: string;
  /** Comments at the top. */
  readonly head: readonly string[];
  readonly allowed: readonly AllowedFor[];
  /** Comments at the end. */
  readonly notes: readonly string[];
}

/**
 * A snippet for a file in /etc/sudoers.d: each command with exactly its arguments (sudoers(5), Cmnd_Alias). No wildcard is ever written,
 * since one of sudoers matches blanks too, and so further arguments. A command that cannot be written so is a comment. Lines without newlines.
 */
export function sudoersText({ user, alias, head, allowed, notes }: SudoersSnippet): readonly string[] {
  const names: string[] = [];
  const lines = head.map(comment);
  for (const { purpose, commands } of allowed) {
    const rules = commands.map((command) => ({ command, rule: ruleOf(command) }));
    const good = rules.flatMap(({ rule }) => rule ?? []);
    const bad = rules.filter(({ rule }) => rule === undefined);
    lines.push('', comment(purpose), ...bad.map(({ command }) => comment(`  cannot be written as a rule: ${command.join(' ')}`)));
    if (good.length === 0) continue;
    const name = `${alias}_${names.length + 1}`;
    names.push(name);
    lines.push(`Cmnd_Alias ${name} = \\`, ...good.map((rule, index) => `    ${rule}${index + 1 < good.length ? ', \\' : ''}`));
  }
  if (names.length > 0) lines.push('', `Defaults:${user} !requiretty`, `${user} ALL=(root) NOPASSWD: ${names.join(', ')}`);
  if (notes.length > 0) lines.push('', ...notes.map(comment));
  return lines;
}

/** Characters that mean nothing to sudoers, to its fnmatch(3), or to whoever reads it; and three that have to be escaped. */
const WORD = /^[A-Za-z0-9_./@%+~,:=-]+$/;

function ruleOf(command: AllowedCommand): string | undefined {
  if (!command[0]?.startsWith('/') || !command.every((word) => WORD.test(word))) return undefined;
  return command.map((word) => word.replace(/[,:=]/g, '\\$&')).join(' ');
}

/** Text of any origin on one line behind a `#` and a blank, without which `#include` and `#1000` mean something. */
function comment(text: string): string {
  return `# ${text.replace(/[^\x20-\x7e]/g, '?').replace(/\\+$/, '')}`;
}

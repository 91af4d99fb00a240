import { frameFunctions } from './frames.ts';
import type { HostShell } from './host-shell.ts';
import { quote } from './quote.ts';

/** What a script's tools are; functions of these names that a login environment exports must not stand in for them. */
const TOOLS =
  'at atrm base64 cat chmod chown cp date dirname getfattr grep head id kill ln logger ls lsattr mkdir mv printf readlink rm rmdir sed setfattr sha256sum setsid sleep sort stat sync systemctl systemd-run tail timeout touch tr uname';

/** Shell text to run on a host, and what it may cost. */
export interface Script {
  /** Function definitions it uses, each text once. */
  readonly functions: readonly string[];
  readonly body: string;
  /** Limit of the whole exec, in ms. */
  readonly timeoutMs: number;
  /** Most that the host may print, in bytes. */
  readonly maxBytes: number;
  /** It leaves nothing behind, so that the same shell may run another one after it. */
  readonly leavesShell?: true;
}

/**
 * The bytes that are fed to the shell. All of it is one group in braces, or in parentheses where the shell is to run another one after it: a shell must
 * have read that to its end before it runs any of it, so that a script that is cut off anywhere is a syntax error and does nothing. The end marker on both streams
 * proves that it ran to its end; where the parentheses were killed before it, the shell ends with them, so that nobody waits for an answer. Options of the shell may come from the environment as well (bash reads SHELLOPTS), and so may
 * those of its tools: with POSIXLY_CORRECT, GNU's chmod takes a `--` behind the mode for a file. Functions that are exported would
 * show the nonce to every program.
 */
export function scriptBytes(script: Script, host: HostShell, nonce: string): Uint8Array {
  const [open, close] = script.leavesShell ? ['(', ') || exit'] : ['{', '}'];
  return Buffer.from(`set +a
${open}
${frameFunctions}${[...new Set(script.functions)].join('')}
main() {
unset nonce
${shellOpening(host)}
nonce=${nonce}
exec 3>&1 4>&2
${script.body}
release
echo "
$nonce done"
echo "
$nonce done" >&2
exit 0
}
main </dev/null
${close}
`);
}

/** What every script of ours begins with: options, umask, locale and PATH as we want them, whatever the login has set. */
export function shellOpening(host: HostShell): string {
  return `set +aefuvxC
umask 077
LC_ALL=C TZ=UTC0 PATH=${quote(host.path)}
export LC_ALL TZ PATH
unset ENV BASH_ENV CDPATH IFS POSIXLY_CORRECT GREP_OPTIONS
unset -f ${TOOLS} >/dev/null 2>&1
can_limit= held= mounts= probe_home=${host.ownHome ? '' : '/proc'}`;
}

/** What ends the answer of a script on either stream. */
export function endMarker(nonce: string): string {
  return `\n${nonce} done\n`;
}

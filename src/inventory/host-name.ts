/** What OpenSSH 9.6 refuses in host names since CVE-2023-51385, as they reach command lines (`valid_hostname` in ssh.c). */
const SHELL_CHARACTERS = /['`"$\\;&<>|(){}]/;

/** Letters and digits of any script, and what addresses and Ansible names are made of. */
const SAFE = /^[\p{L}\p{N}_:][\p{L}\p{N}\p{M}._:%@+-]*$/u;

/** Longest name in UTF-8 bytes: it must fit into one path component, with room for a suffix. */
const LONGEST = 240;

function describe(character: string): string {
  if (/\s/u.test(character)) return 'a blank';
  return /[\p{C}]/u.test(character) ? 'a control character' : `"${character}"`;
}

/**
 * Why an inventory name cannot be used; `undefined` for a good one. The rule: it begins with a letter, a digit, `_` or `:` and goes on
 * with these and `. % @ + -`, in at most 240 bytes. So every DNS name, IPv4 and IPv6 address (also with a zone) and Ansible alias works, and none can be
 * an option, a path, a hidden file, or mean anything to a shell.
 */
export function hostNameFault(name: string): string | undefined {
  if (name === '') return 'a host needs a name';
  if (Buffer.byteLength(name) > LONGEST) return `a host name may have ${LONGEST} bytes`;
  if (SAFE.test(name)) return undefined;
  if (/^[.%@+\p{M}-]/u.test(name)) return `a host name may not begin with ${describe(name.charAt(0))}`;
  const shell = SHELL_CHARACTERS.exec(name);
  if (shell !== null) return `a host name may not contain ${describe(shell[0])}, which means something to a shell`;
  const bad = [...name].find((character) => !/[\p{L}\p{N}\p{M}._:%@+-]/u.test(character)) ?? '';
  return `a host name may not contain ${describe(bad)}`;
}

/** Files that no runbook writes, even as root (shell patterns of `case`): a mistake in one locks everybody out, or is no file at all. */
const DENIED_PATHS: readonly string[] = [
  '/etc/shadow*',
  '/etc/gshadow*',
  '/etc/pam.d/*',
  '/etc/pam.conf',
  '*/authorized_keys',
  '*/authorized_keys2',
  '/boot/*',
  '/dev/*',
  '/proc/*',
  '/sys/*',
];

/** Files that are put in place only after their own program has accepted the new bytes. */
const VALIDATED_PATHS: readonly { readonly patterns: readonly string[]; readonly program: string; readonly flags: string }[] = [
  { patterns: ['/etc/sudoers', '/etc/sudoers.d/*'], program: 'visudo', flags: '-cf' },
  { patterns: ['/etc/ssh/sshd_config', '/etc/ssh/sshd_config.d/*'], program: 'sshd', flags: '-t -f' },
];

/**
 * `denied PATH` succeeds for a path that is never written; `validator PATH` sets `validator_program` and `validator_flags`,
 * empty when anything may stand there.
 */
export const protectedPathFunctions = `
denied() {
  case $1 in ${DENIED_PATHS.join(' | ')}) return 0 ;; esac
  return 1
}
validator() {
  validator_program= validator_flags=
  case $1 in
${VALIDATED_PATHS.map(({ patterns, program, flags }) => `    ${patterns.join(' | ')}) validator_program=${program} validator_flags='${flags}' ;;`).join('\n')}
  esac
}
`;

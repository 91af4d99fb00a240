import type { FailureCode } from '../domain/failure.ts';

/** What a code means, and what its reader can do. */
interface Meaning {
  readonly means: string;
  readonly todo: string;
}

/** Every failure code, for the reference. */
export const failureMeanings: Readonly<Record<FailureCode, Meaning>> = {
  unreachable: {
    means: 'No connection to the host came about, its login shell did not answer, or it stalls the SSH client.',
    todo: 'Try `ssh` with the same user, address and port. The message says how far the connection came.',
  },
  'host-key': {
    means: 'The host key is not in known_hosts, is another one, is revoked, or the file cannot be read. Nothing was sent.',
    todo: "Compare the fingerprint in the message with the host's own, then add the key to known_hosts.",
  },
  auth: {
    means: 'The host took none of the keys or passwords. The message names what was tried and what was left out.',
    todo: 'Check user and keys. Certificates and FIDO (sk) keys of an agent want `--transport openssh`.',
  },
  become: {
    means: 'sudo refused, wants a password, or is not there.',
    todo: 'Ask for the password with `-K`, allow it without one, or log in as root.',
  },
  lost: {
    means: 'The connection broke before an answer came. After a transaction was sent, it is not known how far the host came.',
    todo: 'The host is asked again until it answers. What is not confirmed it takes back by itself; `runbook resume RUN` asks it later.',
  },
  'timed-out': {
    means: 'No answer in time.',
    todo: 'Is the host overloaded? `timeout` of the step and `ansible_ssh_timeout` set the limits.',
  },
  protocol: {
    means: 'The host answered something that makes no sense, such as a login shell that prints or ends early.',
    todo: "Look at what the user's login shell and its start-up files do.",
  },
  'permission-denied': {
    means: 'The login may not read what a step reads. The plan names each such read, with its step.',
    todo: 'Become root: `ansible_become: true` in the inventory, or `become: true` at the step; or let sudo allow what is read: `runbook sudoers NAME`. See [privilege.md](privilege.md).',
  },
  'not-regular-file': { means: 'The path leads to a directory, a device or nowhere.', todo: 'Name a file.' },
  'too-large': { means: 'A file has more than 8 MiB, or a host answered more than it may.', todo: 'Name another file.' },
  'not-text': { means: 'A file that must be UTF-8 text is not.', todo: 'Convert it.' },
  'no-systemd': { means: 'systemd does not run on the host.', todo: 'Leave such hosts out with `-l`.' },
  'missing-program': { means: 'A program that is needed is not installed.', todo: 'Install it. The message names it.' },
  'not-found': {
    means: 'A name leads nowhere: a runbook, a run, an inventory, a host or group, a unit.',
    todo: 'Check the spelling. The hint names what there is.',
  },
  ambiguous: { means: 'A name or a place has more than one meaning.', todo: 'Be more exact. The message names the candidates.' },
  'bad-params': {
    means: 'The parameters of a step do not fit its type, once their expressions had values on that host.',
    todo: '`runbook steps TYPE` shows what it takes. Expect values such as null in the expression.',
  },
  'bad-expression': {
    means: 'An expression could not be evaluated on that host, such as a key that is not there.',
    todo: 'Say what holds when it is absent: `x[?"key"].orValue("")`.',
  },
  deferred: {
    means: 'A changing step needs an answer that only exists after the changes before it, so it cannot be planned.',
    todo: 'Ask in diagnose, before the changes, or in verify.',
  },
  stale: {
    means:
      'The host is no longer what it was when it was planned, or the inventory says something else of it than when a plan was saved. Nothing was written to it.',
    todo: 'Plan again.',
  },
  conflict: {
    means: 'Somebody else has edited what was to be taken back. Their edit was left alone.',
    todo: 'Compare by hand, and decide.',
  },
  locked: {
    means: 'Another transaction holds the host, or this one was begun before. The message says whose it is. Nothing was changed.',
    todo: 'Wait for it, or settle a run that was cut off: `runbook resume RUN`.',
  },
  expired: {
    means:
      'The host was not confirmed in time, and has taken its changes back by itself; or a saved plan is too old, and nothing was done.',
    todo: 'Was the connection broken, or the verify slow? `--confirm-timeout` and `commit_confirm` give it more time. An old plan: plan again.',
  },
  refused: {
    means: 'It is not done, on purpose: a path that is never written, a setting that is not supported, a run that was not approved.',
    todo: 'The message says which rule it is.',
  },
  'command-failed': { means: 'A change, or a program that carries one out, did not succeed.', todo: 'Read its words in the message.' },
  'verify-failed': {
    means: 'Verify did not hold in time. The message lists what was unmet.',
    todo: 'The host was rolled back. What could not be asked counts as not held: nobody knows that it is well.',
  },
  'bad-input': { means: 'What was given on the command line or in an inventory file is not right.', todo: 'The message names the place.' },
  journal: {
    means: 'The record of a run cannot be read, or a part of it is missing.',
    todo: 'Look into the directory that the message names. Nothing is taken back from half a record.',
  },
  interrupted: {
    means: 'The run was interrupted or cut off. The message says whether the host had been begun.',
    todo: 'Run it again for hosts that were not begun. `runbook resume RUN` settles those that were.',
  },
};

/** Every exit code of the command line, in order. Where several apply, the message of a run says which outcome each host had. */
export const exitCodeMeanings: readonly { readonly code: number; readonly means: string }[] = [
  { code: 0, means: 'done, or nothing to do' },
  { code: 1, means: 'an error before anything was done: bad input, no host matched, a missing file, a runbook that is not valid' },
  { code: 2, means: '`plan` and `drift` with `--detailed-exitcode` only: changes are pending' },
  { code: 3, means: 'a host failed, was rolled back, is stale, in conflict, or ill of another cause' },
  { code: 4, means: 'a host was not reached or its state is unknown, and none failed' },
  { code: 5, means: 'declined, or there was nobody to ask: no terminal and no `-y`; too many hosts, or protected ones' },
  { code: 6, means: 'the journal could not be kept, and nothing new was begun after that; or the record of an audit' },
  { code: 70, means: 'a bug in runbook' },
  { code: 130, means: 'interrupted' },
];

import { type Failure, HostFault } from '../domain/failure.ts';
import type { Become, ExecRequest, ExecResult, Target } from '../domain/transport.ts';
import type { HostShell } from './host-shell.ts';

/** User names that need no quoting anywhere, not even in fish or tcsh. */
const USER = /^[A-Za-z_][A-Za-z0-9_.-]*\$?$/;

/** How a shell is come by on one host. */
export interface BootstrapOptions {
  /** sudo gets a terminal of its own (sudoers(5), requiretty). The streams stay what they are: no byte passes through it. */
  readonly terminal?: boolean;
}

/**
 * The request that gets a script to the host's own POSIX shell, whatever the login shell is.
 *
 * The command holds no metacharacters outside single quotes. The first line sent is empty, since a start-up file may read
 * one. The script follows only after the nonce came back on a line of its own: a login shell that echoes its command
 * prints it with more behind it. sudo would take a left-over empty line for the password, so where it is to ask, a shell
 * stands before it that reads up to a line of ours. Its prompt is written `%%` in the command and printed as `%`, so that an
 * echo of the command (`set -x`) does not pass for the prompt. Without a script, the shell is only brought so far that it can take one.
 */
export function bootstrap(
  become: Become,
  host: HostShell,
  nonce: string,
  script: Uint8Array | undefined,
  { terminal = false }: BootstrapOptions = {},
): Pick<ExecRequest, 'command' | 'preamble' | 'gates'> {
  const main = `echo ${nonce}-ready; exec ${host.shell} -s`;
  const start = `${host.shell} -c '${main}'`;
  const ready = script ? [{ stream: 'stdout', marker: readyMarker(nonce), send: script, end: true, again: 'ignore' } as const] : [];
  const newline = new Uint8Array([0x0a]);
  if (!become.enabled) return { command: `exec ${start}`, preamble: newline, gates: ready };
  if (!USER.test(become.user)) throw new HostFault({ code: 'become', message: `"${become.user}" is no user name to become` });
  if (!become.password) return { command: `exec ${unasked(become, host, main, terminal)}`, preamble: newline, gates: ready };
  const asking = askingMethod(become, host, nonce, main, terminal);
  const here = { stream: 'stdout', marker: hereMarker(nonce), send: Buffer.from(`${nonce}-go\n`), end: false, again: 'ignore' } as const;
  const prompt = { stream: 'stderr', marker: asking.prompt, send: become.password, end: false, again: 'refused' } as const;
  const wait = `echo ${nonce}-here; while read -r line; do case $line in ${nonce}-go) ${asking.command} ;; esac; done`;
  return { command: `exec ${host.shell} -c '${wait}'`, preamble: newline, gates: [here, prompt, ...ready] };
}

/** Becomes another user where nobody is asked. */
function unasked({ user, method = 'sudo' }: Become, { shell }: HostShell, main: string, terminal: boolean): string {
  switch (method) {
    case 'sudo':
      if (terminal) return `${shell} -c '${onTerminal(shell, `sudo -n -u ${user} -- ${shell} -c`, main)}'`;
      return `sudo -n -u ${user} -- ${shell} -c '${main}'`;
    case 'doas':
      return `doas -n -u ${user} ${shell} -c '${main}'`;
    case 'su':
      return `su -s ${shell} -c '${main}' ${user}`;
  }
}

/** Becomes another user by a password, and what is seen just before it is to be sent. */
function askingMethod({ user, method = 'sudo' }: Become, { shell }: HostShell, nonce: string, main: string, terminal: boolean): Asking {
  switch (method) {
    case 'sudo': {
      const sudo = `sudo -S -k -p ${nonce}-%%password -u ${user} -- ${shell} -c`;
      return { command: terminal ? onTerminal(shell, sudo, main) : `exec ${sudo} "${main}"`, prompt: promptOf(nonce) };
    }
    case 'su':
      // Its prompt cannot be chosen: ours stands right before it, in the same line. LC_ALL keeps it from being translated.
      return {
        command: `printf ${nonce}-%%password >&2; LC_ALL=C exec su -s ${shell} -c "${main}" ${user}`,
        prompt: `${promptOf(nonce)}Password: `,
      };
    case 'doas':
      throw new HostFault({
        code: 'become',
        message: 'doas reads a password from a terminal alone, and runbook has none on the host',
        hint: 'allow the account nopass in doas.conf, or become by sudo',
      });
  }
}

/**
 * Runs sudo with a terminal that script(1) makes, and with the streams that there are: what sudo wants is a controlling terminal. The
 * record of script goes to /dev/null, and it reads nothing. It runs its command by $SHELL, which may be any login shell.
 */
function onTerminal(shell: string, sudo: string, main: string): string {
  const within = `exec ${sudo} \\"${main}\\" <&3 >&4 2>&5 3<&- 4>&- 5>&-`;
  return `SHELL=${shell}; export SHELL; exec script -qc "${within}" /dev/null 3<&0 4>&1 5>&2 </dev/null >/dev/null`;
}

/** sudo runs nothing without a terminal, in whatever language it says so. */
export function wantsTerminal({ enabled, method = 'sudo' }: Become, result: ExecResult): boolean {
  const said = Buffer.from(result.stderr).toString('utf8');
  return enabled && method === 'sudo' && result.kind === 'exited' && /^sudo: .*\btty\b/im.test(said);
}

/** The host has nothing that could give sudo a terminal. */
export function lacksTerminal(result: ExecResult): boolean {
  return /\bscript\b.*(not found|[Nn]o such file|inaccessible)/.test(Buffer.from(result.stderr).toString('utf8'));
}

interface Asking {
  readonly command: string;
  readonly prompt: string;
}

/** True when the host's shell was there, and the script was sent to it. */
export function wasReady(result: ExecResult, nonce: string): boolean {
  return Buffer.from(result.stdout).includes(readyMarker(nonce));
}

/** What the host's shell says once it is there. */
export function readyMarker(nonce: string): string {
  return `${nonce}-ready\n`;
}

function hereMarker(nonce: string): string {
  return `${nonce}-here\n`;
}

function promptOf(nonce: string): string {
  return `${nonce}-%password`;
}

/** Why a script was never sent: nothing of it ran. */
export function bootstrapFailure(result: ExecResult, target: Target, become: Become, nonce: string): Failure {
  const said = lastLine(result, nonce);
  const { method = 'sudo' } = become;
  if (result.kind === 'refused') return becomeFailure(target, become, `${method} did not accept the password, or there was none to give`);
  const wasAsked = become.enabled && (!become.password || Buffer.from(result.stdout).includes(hereMarker(nonce)));
  if (result.kind === 'timed-out' && wasAsked) return becomeFailure(target, become, `${method} did not come back in time`);
  if (result.kind === 'timed-out') {
    return { code: 'unreachable', message: `the login shell of ${target.user} on ${target.host} did not come back in time` };
  }
  if (result.kind === 'flooded') return { code: 'protocol', message: `${target.host} sent endless output before any command ran` };
  if (result.kind === 'lost') return { code: 'unreachable', message: `${target.host} went away before anything was sent: ${result.why}` };
  if (become.enabled) return becomeFailure(target, become, said === '' ? `${method} ended without a word` : said);
  const ended = result.kind === 'signalled' ? `was ended by ${result.signal}` : `ended with ${result.kind === 'exited' ? result.code : 0}`;
  return {
    code: 'protocol',
    message: `the login shell of ${target.user} on ${target.host} ran no command: it ${ended}${said === '' ? '' : ` and said: ${said}`}`,
    hint: 'runbook needs a login whose shell runs `exec /bin/sh -c COMMAND`',
  };
}

/** What sudo, doas and su say, in the C locale and by their sources, to what should be done about it. */
const BECOME_HINTS: readonly (readonly [RegExp, string])[] = [
  [/password is required|no password was provided/, 'give a become password, or allow the account NOPASSWD in sudoers'],
  [/did not accept the password|incorrect password|try again|Authentication failure/, 'check the become password; it was tried once'],
  [/doas: (Authentication required|Authorization required|Operation not permitted)/, 'allow the account nopass in doas.conf'],
  [
    /not in the sudoers|not allowed to (run|execute)|may not run sudo/,
    'allow the account to run /bin/sh by sudo; to plan only, see --plan-user and "runbook sudoers NAME"',
  ],
  [/\btty\b/i, 'put `Defaults:LOGIN !requiretty` into sudoers, or install script (util-linux), which gives sudo a terminal'],
  [/not found|no such file|unknown command/i, 'log in as root, or install sudo (or doas, or su)'],
  [/account is locked|account validation failure|expired|[Pp]assword change required/, "the account's password may have expired"],
];

function becomeFailure(target: Target, become: Become, said: string): Failure {
  const hint = BECOME_HINTS.find(([pattern]) => pattern.test(said))?.[1].replace('LOGIN', target.user);
  const message = `${target.user} cannot become ${become.user} on ${target.host}: ${said}`;
  return { code: 'become', message, ...(hint === undefined ? {} : { hint }) };
}

function lastLine(result: ExecResult, nonce: string): string {
  // sudo goes on in the line of its prompt, and repeats a command that it does not allow.
  const text = Buffer.concat([result.stdout, Buffer.from('\n'), result.stderr])
    .toString('utf8')
    .replaceAll(promptOf(nonce), '\n')
    .replaceAll(`-c echo ${nonce}-ready; exec`, '…');
  const lines = text.split('\n').map((line) => line.trim());
  return (lines.findLast((line) => line !== '' && !line.includes(nonce)) ?? '').slice(0, 300);
}

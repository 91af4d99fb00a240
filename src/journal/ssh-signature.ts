import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail, ok, type Result } from '../domain/failure.ts';
import { NAMESPACES, type Signable, type Signature } from '../domain/signature.ts';

/** Whose signatures count (`ALLOWED SIGNERS` of ssh-keygen(1)), and which keys do not any more (`-r`). Paths are absolute. */
export interface Signers {
  readonly allowed: string;
  readonly revoked?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A person may have to type a passphrase or touch a token; a program needs no time to speak of. In ms. */
const PERSON_MS = 120_000;
const PROGRAM_MS = 15_000;

/**
 * Signs bytes with an SSH key: a private key file, or a public one whose private half an agent holds. ssh-keygen itself asks for a
 * passphrase where there is a terminal; `tell` is given what it says meanwhile, such as that a token waits to be touched. Without `tell`
 * nobody is there: nothing is asked, at no terminal and in no window. `key` is an absolute path.
 */
export async function sign(
  what: Signable,
  bytes: Uint8Array,
  key: string,
  env: Environment,
  tell?: (text: string) => void,
): Promise<Result<Uint8Array>> {
  return inDirectory(async (directory) => {
    // A file and not standard input: with a pipe there, ssh-keygen would not ask for a passphrase at the terminal.
    const file = join(directory, what);
    await writeFile(file, bytes, { mode: 0o600 });
    const call = tell ? { env, limitMs: PERSON_MS, tell } : { env, limitMs: PROGRAM_MS };
    const ended = await keygen(['-Y', 'sign', '-q', '-n', NAMESPACES[what], '-f', key, file], call);
    if (!ended.ok) return ended;
    const { code, said } = ended.value;
    if (code !== 0)
      return fail('refused', `the ${what} could not be signed with ${key}: ${said}`, { hint: tell ? SIGN_HINT : NOBODY_HINT });
    return ok(new Uint8Array(await readFile(`${file}.sig`)));
  });
}

const SIGN_HINT = 'name a private key, or a public key whose private half the agent holds';
const NOBODY_HINT = 'nobody was asked for a passphrase: name a public key whose private half the agent holds';

/**
 * The names (principals) of whoever made a signature over these bytes, when it is good and by a key that counts; `refused`, with
 * the reason, when it is not. `at`: when it must have counted, in ms since the epoch; absent: now. A revoked key never counts.
 */
export async function verify(
  what: Signable,
  bytes: Uint8Array,
  { name, bytes: armoured }: Signature,
  { allowed, revoked }: Signers,
  env: Environment,
  at?: number,
): Promise<Result<readonly string[]>> {
  return inDirectory(async (directory) => {
    // Every question is about the signature that was read, whatever stands in its file meanwhile.
    const signature = join(directory, 'signature');
    await writeFile(signature, armoured, { mode: 0o600 });
    const options = { env, limitMs: PROGRAM_MS };
    const when = at === undefined ? [] : [`-Overify-time=${localTime(at)}`];
    const found = await keygen(['-Y', 'find-principals', ...when, '-s', signature, '-f', allowed], options);
    if (!found.ok) return found;
    const principals = found.value.out.split('\n').filter((line) => line !== '');
    const [first] = principals;
    if (found.value.code !== 0 || first === undefined) {
      const why = found.value.said === '' ? '' : `: ${found.value.said}`;
      return fail('refused', `${name} is by no key that ${allowed} allows${why}`);
    }
    const argv = ['-Y', 'verify', ...when, '-f', allowed, '-I', first, '-n', NAMESPACES[what], '-s', signature];
    const verified = await keygen([...argv, ...(revoked ? ['-r', revoked] : [])], { ...options, input: bytes });
    if (!verified.ok) return verified;
    if (verified.value.code === 0) return ok(principals);
    // ssh-keygen does not say that it was the list of revoked keys.
    const without = revoked ? await keygen(argv, { ...options, input: bytes }) : verified;
    const why =
      without.ok && without.value.code === 0 ? `its key is revoked by ${revoked}, or that file cannot be read` : verified.value.said;
    return fail('refused', `${name} does not hold for this ${what}: ${why}`);
  });
}

/** `YYYYMMDDHHMMSS` in the time zone of this machine, by which ssh-keygen reads it. */
function localTime(ms: number): string {
  const date = new Date(ms);
  const parts = [date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds()];
  return `${date.getFullYear()}${parts.map((part) => String(part).padStart(2, '0')).join('')}`;
}

/** Works in a private directory that is gone afterwards. */
async function inDirectory<T>(work: (directory: string) => Promise<Result<T>>): Promise<Result<T>> {
  let directory: string | undefined;
  try {
    directory = await mkdtemp(join(tmpdir(), 'runbook-sign-'));
    return await work(directory);
  } catch (error) {
    // A full disk, or a temporary directory that is not there, is no bug.
    if (!(error instanceof Error && 'code' in error)) throw error;
    return fail('refused', `nothing can be signed or verified without a temporary directory: ${error.message}`);
  } finally {
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  }
}

interface Ended {
  readonly code: number;
  readonly out: string;
  /** What it said last, on standard error if anything. */
  readonly said: string;
}

interface Call {
  readonly env: Environment;
  readonly limitMs: number;
  readonly input?: Uint8Array;
  /** A person is there, whom it may ask and who is told what it says. */
  tell?(text: string): void;
}

/** What stands there of a question that nobody was there to answer. */
const PROMPT = /^Enter passphrase.*?: */;

/** Who asks for a passphrase in a window asks nobody where nobody is. */
const NOBODY = { SSH_ASKPASS_REQUIRE: 'never', DISPLAY: undefined, WAYLAND_DISPLAY: undefined };

/** Runs ssh-keygen, by words and never by a shell. */
export function keygen(argv: readonly string[], { env, limitMs, input, tell }: Call): Promise<Result<Ended>> {
  return new Promise((resolve) => {
    const child = spawn('ssh-keygen', [...argv], {
      env: { ...env, ...(tell ? {} : NOBODY), LC_ALL: 'C' },
      stdio: [tell ? 'inherit' : 'pipe', 'pipe', 'pipe'],
      // A session of its own has no terminal that it could open.
      detached: !tell,
      timeout: limitMs,
      killSignal: 'SIGKILL',
    });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => {
      err.push(chunk);
      tell?.(chunk.toString('utf8').trim());
    });
    // It may end before it has read all of its input; how it ended says the rest.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
    child.once('error', (error) => resolve(notRun(error)));
    child.once('close', (code, signal) => {
      const [told, complained] = [out, err].map((chunks) => Buffer.concat(chunks).toString('utf8').replace(PROMPT, '').trim());
      if (signal === 'SIGKILL') return resolve(fail('timed-out', `ssh-keygen did not end within ${limitMs / 1_000} s`));
      if (code === null) return resolve(fail('interrupted', `ssh-keygen was ended by ${signal}`));
      resolve(ok({ code, out: told ?? '', said: (complained || told || '').replace(/\s*\n\s*/g, '; ').slice(-500) }));
    });
  });
}

function notRun(error: Error): Result<never> {
  const missing = 'code' in error && error.code === 'ENOENT';
  const message = missing ? 'ssh-keygen is not installed, or not in PATH' : `ssh-keygen could not be run: ${error.message}`;
  return fail('missing-program', message, { hint: 'it comes with the OpenSSH client' });
}

import { lstat, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fail, ok, type Result } from '../domain/failure.ts';
import { contentOf } from '../domain/file.ts';
import { placeFile } from './placed-file.ts';
import { looksLikePlan } from './plan-file.ts';
import { signaturePath } from './signature-file.ts';

/** Plans that are larger are read by nobody, and would not fit into memory at once. */
const LARGEST = 256 * 1024 * 1024;

/** The approvals beside a plan file: `FILE.approval-` and the beginning of the hash of each, so that those of several desks can be put together. */
export async function approvalPaths(file: string): Promise<readonly string[]> {
  const prefix = `${basename(file)}.approval-`;
  const names = await readdir(dirname(file));
  const approvals = names.filter((name) => name.startsWith(prefix) && /^[0-9a-f]{12}$/.test(name.slice(prefix.length)));
  return approvals.sort().map((name) => join(dirname(file), name));
}

/** What keeps a plan from being written to a path; undefined when nothing does. Another file than a plan is never replaced. */
export async function planTargetProblem(file: string): Promise<string | undefined> {
  try {
    const found = await lstat(file);
    if (!found.isFile()) return `${file} is no regular file`;
    const beginning = await beginningOf(file);
    return looksLikePlan(beginning) ? undefined : `${file} is there already, and is no plan`;
  } catch (error) {
    if (!isAbsent(error)) return messageOf(error);
  }
  try {
    return (await lstat(dirname(file))).isDirectory() ? undefined : `${dirname(file)} is no directory`;
  } catch (error) {
    return messageOf(error);
  }
}

/** True for a file that means to be a plan. */
export async function isPlanFile(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile() && looksLikePlan(await beginningOf(file));
  } catch {
    return false;
  }
}

/** Reads a plan file's bytes. */
export async function readPlanFile(file: string): Promise<Result<Uint8Array>> {
  try {
    const { size } = await stat(file);
    if (size > LARGEST) return fail('too-large', `${file} is larger than a plan file may be`);
    return ok(new Uint8Array(await readFile(file)));
  } catch (error) {
    return fail('bad-input', `the plan cannot be read: ${messageOf(error)}`);
  }
}

/**
 * Writes a plan, readable by its owner alone, so that the name stands for the whole of it or for what was there before. Signatures of
 * what was there go first: they say nothing about the new one.
 */
export async function writePlan(file: string, text: string, signature: Uint8Array | undefined): Promise<Result<void>> {
  try {
    for (const old of [signaturePath(file), ...(await approvalPaths(file))]) await rm(old, { force: true });
    await placeFile(file, Buffer.from(text, 'utf8'));
    if (signature) await placeFile(signaturePath(file), signature);
    return ok(undefined);
  } catch (error) {
    return fail('bad-input', `the plan could not be written: ${messageOf(error)}`);
  }
}

/** Puts an approval beside a plan; where it was put. */
export async function addApproval(file: string, signature: Uint8Array): Promise<Result<string>> {
  const path = `${file}.approval-${contentOf(signature).sha256.slice(0, 12)}`;
  try {
    await placeFile(path, signature);
    return ok(path);
  } catch (error) {
    return fail('bad-input', `the approval could not be written: ${messageOf(error)}`);
  }
}

/** Takes an approval away again. */
export async function removeApproval(path: string): Promise<void> {
  await rm(path, { force: true });
}

async function beginningOf(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0, 256, 0);
    return buffer.subarray(0, bytesRead).toString('latin1');
  } finally {
    await handle.close();
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

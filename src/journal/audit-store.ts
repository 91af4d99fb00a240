import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Audit, AuditedHost } from '../domain/audit.ts';
import { fail, ok, type Result } from '../domain/failure.ts';
import type { JsonObject } from '../domain/json.ts';
import { OUTCOMES } from '../domain/plan.ts';
import { placeFile } from './placed-file.ts';
import { fieldsOf, listOf, maybe, number, oneOf, text, textLike } from './shape.ts';

/** The shape of what is kept; another one is another version. */
const SCHEMA = 'runbook/audit/v1';

const digest = textLike(/^[0-9a-f]{64}$/, 'digest');

const shape = fieldsOf<Audit & { readonly schema: string }>({
  schema: oneOf(SCHEMA),
  runbook: text,
  runbookSha256: digest,
  at: number,
  hosts: listOf(
    fieldsOf<AuditedHost>({
      host: text,
      seen: maybe(fieldsOf<NonNullable<AuditedHost['seen']>>({ outcome: oneOf(...OUTCOMES), digest, since: number })),
      unseenSince: maybe(number),
    }),
  ),
});

/** Where the last audit of a runbook and a target is kept; `what` says which these are, and is not told by the name. */
export function auditPath(stateDirectory: string, what: JsonObject): string {
  const key = createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 32);
  return join(stateDirectory, 'audits', `${key}.json`);
}

/** Reads the last audit; undefined where there was none. */
export async function readAudit(path: string): Promise<Result<Audit | undefined>> {
  let found: string;
  try {
    found = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ok(undefined);
    return fail('journal', `the last audit cannot be read: ${error instanceof Error ? error.message : String(error)}`, { at: path });
  }
  try {
    const value: unknown = JSON.parse(found);
    const wrong = shape(value, 'it');
    if (wrong !== undefined) return fail('journal', `the last audit is damaged: ${wrong}`, { at: path });
    const { schema: _, ...audit } = value as Audit & { readonly schema: string };
    return ok(audit);
  } catch {
    return fail('journal', 'the last audit is damaged: it is no JSON', { at: path });
  }
}

/** Keeps an audit for the next one, for its owner alone; the one before stands until all of it is there. */
export async function keepAudit(path: string, audit: Audit): Promise<Result<void>> {
  try {
    await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
    await placeFile(path, Buffer.from(`${JSON.stringify({ schema: SCHEMA, ...audit })}\n`, 'utf8'));
    return ok(undefined);
  } catch (error) {
    return fail('journal', `the audit could not be kept: ${error instanceof Error ? error.message : String(error)}`, { at: path });
  }
}

import type { ExecRequest, Gate, Secrets } from '../../src/domain/transport.ts';

/** A request with harmless limits. */
export function request(command: string, changes: Partial<ExecRequest> = {}): ExecRequest {
  return { command, preamble: new Uint8Array(), gates: [], timeoutMs: 20_000, maxBytes: 16 * 1024 * 1024, ...changes };
}

/** A gate on standard output that sends text. */
export function gate(marker: string, send: string, changes: Partial<Gate> = {}): Gate {
  return { stream: 'stdout', marker, send: Buffer.from(send), end: false, again: 'ignore', ...changes };
}

/** Secrets from a table; `asked` lists each look-up. */
export function secretsFrom(table: Readonly<Record<string, string>>): Secrets & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    get: async ({ secret }) => {
      asked.push(secret);
      return table[secret];
    },
  };
}

/** Output as text. */
export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

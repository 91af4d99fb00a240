import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Connection, ExecRequest, ExecResult, Gate, SecretRef, Transport } from '../../src/domain/transport.ts';

/** A login on this machine: each exec is a process of the login shell. */
export interface ShellLogin {
  /** The login shell and the flag before the command. */
  readonly loginShell?: readonly [string, string];
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  /** The connection dies after so many bytes of what gates send. */
  readonly cutAfter?: number;
  /** Once this was seen, nobody reads what the host prints any more. */
  readonly deafAfter?: string;
  /** What was received before the connection was lost is lost as well. */
  readonly blind?: true;
  /** What every secret is. */
  readonly secret?: string;
}

export interface ShellTransport extends Transport {
  /** Process groups of the execs so far, the last one last. */
  readonly groups: number[];
  /** Every exec so far. */
  readonly requests: ExecRequest[];
  /** How many connections were made. */
  readonly connections: Connection[];
}

/** The transport of these tests. */
export function shellTransport(login: ShellLogin = {}): ShellTransport {
  const requests: ExecRequest[] = [];
  const connections: Connection[] = [];
  const groups: number[] = [];
  return {
    groups,
    requests,
    connections,
    async connect() {
      let closed = false;
      const connection: Connection = {
        async exec(request) {
          if (closed) return { kind: 'lost', why: 'closed', stdout: new Uint8Array(), stderr: new Uint8Array() };
          requests.push(request);
          const result = await runExec(login, request, groups);
          if (result.kind === 'lost') closed = true;
          return result;
        },
        close: async () => {
          closed = true;
        },
        get closed() {
          return closed;
        },
      };
      connections.push(connection);
      return connection;
    },
  };
}

async function runExec(login: ShellLogin, request: ExecRequest, groups: number[]): Promise<ExecResult> {
  const [shell, flag] = login.loginShell ?? ['/bin/sh', '-c'];
  const env = login.env ?? { PATH: process.env['PATH'] ?? '', HOME: '/root' };
  // A session of its own, as sshd gives it: a test can kill it whole.
  const child = spawn(shell, [flag, request.command], {
    detached: true,
    env,
    ...(login.uid === undefined ? {} : { uid: login.uid, gid: login.uid }),
  });
  if (child.pid !== undefined) groups.push(child.pid);
  const received = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  const fired = new Map<Gate, number>();
  let cut = false;
  let refused = false;
  child.stdin.on('error', () => undefined);
  child.stdin.write(request.preamble);

  function pass(gate: Gate): void {
    const bytes = bytesOf(gate.send, login.secret ?? '');
    if (login.cutAfter !== undefined && gate.end) {
      cut = true;
      child.stdin.end(bytes.subarray(0, login.cutAfter));
    } else {
      child.stdin.write(bytes);
      if (gate.end) child.stdin.end();
    }
  }

  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].on('data', (chunk: Buffer) => {
      received[stream] = Buffer.concat([received[stream], chunk]);
      if (login.deafAfter !== undefined && received[stream].includes(login.deafAfter)) {
        cut = true;
        child.stdout.destroy();
        child.stderr.destroy();
      }
      for (const gate of request.gates.filter((g) => g.stream === stream)) {
        const seen = received[stream].toString('latin1').split(gate.marker).length - 1;
        const before = fired.get(gate) ?? 0;
        fired.set(gate, seen);
        if (before === 0 && seen > 0) pass(gate);
        else if (seen > Math.max(before, 1) && gate.again === 'refused') {
          refused = true;
          process.kill(-(child.pid ?? 0), 'SIGKILL');
        }
      }
    });
  }
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (refused) return { ...received, kind: 'refused' };
  if (cut && login.blind) return { kind: 'lost', why: 'lost by the test', blind: true, stdout: new Uint8Array(), stderr: new Uint8Array() };
  if (cut) return { ...received, kind: 'lost', why: 'cut by the test' };
  return code === null ? { ...received, kind: 'signalled', signal: signal ?? '?' } : { ...received, kind: 'exited', code };
}

function bytesOf(send: Uint8Array | SecretRef, secret: string): Uint8Array {
  return send instanceof Uint8Array ? send : Buffer.from(`${secret}\n`);
}

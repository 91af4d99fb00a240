import { connect, type Socket } from 'node:net';
import { keyType, WireReader, wireString, wireUint32 } from './ssh-wire.ts';

/** A key that an agent holds. */
export interface AgentKey {
  readonly blob: Buffer;
  readonly comment: string;
}

/** Message numbers and flags of the agent protocol (draft-ietf-sshm-ssh-agent, section 6). */
const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;
const SIGN_REQUEST = 13;
const SIGN_RESPONSE = 14;
const SIGN_FLAGS: Readonly<Record<string, number>> = { sha256: 2, sha512: 4 };
const LONGEST_ANSWER = 256 * 1024;

/** The keys of the agent behind a socket, in its order. Rejects when there is no agent, or no answer in time (ms). */
export async function listAgentKeys(socketPath: string, timeoutMs: number): Promise<readonly AgentKey[]> {
  const reader = new WireReader(await ask(socketPath, Buffer.of(REQUEST_IDENTITIES), IDENTITIES_ANSWER, timeoutMs));
  const count = reader.uint32() ?? 0;
  const keys: AgentKey[] = [];
  for (let n = 0; n < count; n += 1) {
    const [blob, comment] = [reader.string(), reader.string()];
    if (blob === undefined || comment === undefined) break;
    keys.push({ blob, comment: comment.toString() });
  }
  return keys;
}

/** How long an agent may take to list its keys, in ms. */
export const AGENT_ANSWER_MS = 5_000;

/** Certificates in an agent (PROTOCOL.certkeys of OpenSSH). */
const CERTIFICATE = /-cert-v\d+@openssh\.com$/;

/** Knows which agents hold a certificate; each is asked once. One that does not answer holds none. */
export class AgentCertificates {
  readonly #asked = new Map<string, Promise<boolean>>();

  in(socketPath: string): Promise<boolean> {
    const asked = this.#asked.get(socketPath) ?? holdsCertificate(socketPath);
    this.#asked.set(socketPath, asked);
    return asked;
  }
}

function holdsCertificate(socketPath: string): Promise<boolean> {
  return listAgentKeys(socketPath, AGENT_ANSWER_MS).then(
    (keys) => keys.some(({ blob }) => CERTIFICATE.test(keyType(blob) ?? '')),
    () => false,
  );
}

/** A signature by one of the agent's keys, without its algorithm name; `hash` chooses between the two of RSA. No time limit: a person may have to agree. */
export async function signByAgent(socketPath: string, blob: Uint8Array, data: Uint8Array, hash: string | undefined): Promise<Buffer> {
  const flags = wireUint32(SIGN_FLAGS[hash ?? ''] ?? 0);
  const request = Buffer.concat([Buffer.of(SIGN_REQUEST), wireString(blob), wireString(data), flags]);
  const answer = new WireReader(await ask(socketPath, request, SIGN_RESPONSE)).string();
  if (answer === undefined) throw new Error('the agent sent no signature');
  const reader = new WireReader(answer);
  reader.string();
  const signature = reader.string();
  if (signature === undefined) throw new Error('the agent sent a malformed signature');
  return signature;
}

/** One request over a connection of its own; resolves to the answer behind its message number. */
async function ask(socketPath: string, request: Buffer, expected: number, timeoutMs?: number): Promise<Buffer> {
  const socket = connect(socketPath);
  if (timeoutMs !== undefined) socket.setTimeout(timeoutMs, () => socket.destroy(new Error('the agent does not answer')));
  try {
    socket.write(wireString(request));
    const answer = await readAnswer(socket);
    if (answer[0] !== expected) throw new Error('the agent refused');
    return answer.subarray(1);
  } finally {
    socket.destroy();
  }
}

async function readAnswer(socket: Socket): Promise<Buffer> {
  let received = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    received = Buffer.concat([received, chunk]);
    if (received.length > LONGEST_ANSWER) break;
    const answer = new WireReader(received).string();
    if (answer !== undefined) return answer;
  }
  throw new Error('the agent closed the connection');
}

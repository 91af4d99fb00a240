import { fail, ok, type Result } from '../../domain/failure.ts';
import type { Draft, Said } from './draft.ts';
import { expand, type Tokens } from './expand.ts';
import { isValidHost, isValidUser, type JumpHop } from './jump.ts';

/** The way to a host. */
interface ResolvedProxy {
  readonly proxyJump: readonly JumpHop[];
  readonly proxyCommand?: string;
  readonly proxyUseFdpass: boolean;
}

/** Where a host is, for finding a way that leads through itself. */
interface Target {
  readonly hostName: string;
  readonly user: string;
  readonly port: number;
  /** The port of hops that name none. */
  readonly defaultPort: number;
}

/**
 * Resolves ProxyJump and ProxyCommand; `tokens` are those of ProxyCommand. Fails with `bad-input` for tokens that there are not and for
 * what ssh refuses, and with `refused` for hops that only a shell could make sense of.
 */
export function resolveProxy(draft: Draft, target: Target, tokens: Tokens): Result<ResolvedProxy> {
  const passesDescriptor = draft.one('ProxyUseFdpass')?.value === 'yes';
  const { jump } = draft;
  if (jump !== undefined && jump.value.hops.length > 0) {
    const hops = resolveHops(jump, target, tokens);
    return hops.ok ? ok({ proxyJump: hops.value, proxyUseFdpass: false }) : hops;
  }
  const command = draft.one('ProxyCommand');
  if (command === undefined || command.value.toLowerCase() === 'none') return ok({ proxyJump: [], proxyUseFdpass: passesDescriptor });
  if (command.value === '-' && passesDescriptor) {
    return fail('bad-input', 'ProxyCommand - and ProxyUseFdpass exclude each other', { at: command.at });
  }
  const expanded = expand(command.value, { tokens });
  if (!expanded.ok) return fail('bad-input', `ProxyCommand: ${expanded.failure.message}`, { at: command.at });
  return ok({ proxyJump: [], proxyCommand: expanded.value, proxyUseFdpass: passesDescriptor });
}

function resolveHops(jump: Said<{ readonly hops: readonly JumpHop[] }>, target: Target, tokens: Tokens): Result<readonly JumpHop[]> {
  const { hops } = jump.value;
  const last = hops.at(-1);
  if (last !== undefined && isItself(last, target))
    return fail('bad-input', `ProxyJump leads through the host itself: ${last.host}`, { at: jump.at });
  const resolved: JumpHop[] = [];
  for (const hop of hops) {
    const host = resolveName(hop.host, tokens, jump.at);
    if (!host.ok) return host;
    const user = hop.user === undefined ? ok(undefined) : resolveName(hop.user, tokens, jump.at);
    if (!user.ok) return user;
    resolved.push({ ...hop, host: host.value, ...(user.value === undefined ? {} : { user: user.value }) });
  }
  return ok(resolved);
}

function isItself(hop: JumpHop, { hostName, user, port, defaultPort }: Target): boolean {
  return hop.host === hostName && (hop.port ?? defaultPort) === port && (hop.user ?? user) === user;
}

/** ssh hands hops to a shell, as part of a ProxyCommand. What a shell would make something else of is not guessed. */
function resolveName(name: string, tokens: Tokens, at: string): Result<string> {
  const expanded = expand(name, { tokens });
  if (!expanded.ok) return fail('bad-input', `ProxyJump: ${expanded.failure.message}`, { at });
  if (isValidHost(expanded.value) && isValidUser(expanded.value) && !/[*?[\]#~!]/.test(expanded.value)) return expanded;
  return fail('refused', `ProxyJump names "${expanded.value}", which is more than a name to a shell`, { at });
}

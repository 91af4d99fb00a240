import type { Failure } from '../domain/failure.ts';
import type { Target } from '../domain/transport.ts';

/** Words of ssh(1), and what they mean; the first that is found counts. */
const MEANINGS: readonly { readonly says: RegExp; readonly code: Failure['code']; readonly hint: string }[] = [
  {
    says: /host key verification failed|no .* host key is known|host identification has changed|revoked (host )?key|no matching host key/i,
    code: 'host-key',
    hint: 'compare the fingerprint on the host itself, then put known_hosts right: runbook hostkeys scan shows what is known, runbook hostkeys add adds new ones',
  },
  {
    says: /permission denied|too many authentication failures|no such identity|sign_and_send_pubkey|authentication failed/i,
    code: 'auth',
    hint: 'nobody is asked: a passphrase must be in the agent, a password does not work here; try ssh -v with the same name',
  },
  { says: /timed out|timeout/i, code: 'timed-out', hint: 'is the host up, and does a firewall drop the packets?' },
];

/** Why ssh ended before it was logged in: its own last words that are no debug lines. */
export function opensshFailure(target: Target, log: readonly string[]): Failure {
  const said = log.filter(
    (line) => !/^debug\d: |^OpenSSH_|^Authenticated to|^Transferred: |^Bytes per second/.test(line) && line.trim() !== '',
  );
  const words = said.join('; ').slice(-600);
  const meaning = MEANINGS.find(({ says }) => says.test(words));
  const at = `${target.alias ?? target.address}:${target.port}`;
  const message = `ssh cannot log in on ${target.host}: ${words === '' ? 'it ended without a word' : words}`;
  return meaning ? { code: meaning.code, message, at, hint: meaning.hint } : { code: 'unreachable', message, at };
}

/**
 * Whether sshd, of the host or of a jump host, hung up before it greeted, as it does past MaxStartups: worth another try. A ProxyCommand of
 * the user's own that ends looks the same, and would do so again.
 */
export function wasTurnedAway({ code, message }: Failure, { proxyCommand, jumps }: Target): boolean {
  const isOwnCommand = proxyCommand !== undefined || jumps?.[0]?.proxyCommand !== undefined;
  const isEarly = /kex_exchange_identification: (Connection closed by remote host|read: Connection reset by peer)/.test(message);
  return code === 'unreachable' && isEarly && !isOwnCommand && !/refused|no route|unreachable|resolve|open failed|not found/i.test(message);
}

import { fail, ok, type Result } from '../../domain/failure.ts';

/**
 * The addresses of webhooks: those that were typed, or those of `RUNBOOK_NOTIFY`, with spaces between. They are secrets: a message about one
 * tells its host at the most. Without TLS only this machine itself is told anything.
 */
export function webhooksOf(typed: readonly string[] | undefined, variable: string | undefined): Result<readonly URL[]> {
  const texts = typed ?? (variable ?? '').split(/\s+/).filter((text) => text !== '');
  const from = typed ? '--notify' : 'RUNBOOK_NOTIFY';
  const urls: URL[] = [];
  for (const text of texts) {
    const url = URL.parse(text);
    if (!url)
      return fail('bad-input', `${from} is no address of a webhook`, {
        hint: 'such as https://hooks.example.com/…; it is not shown here, since it may be a secret',
      });
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url)))
      return fail('bad-input', `${from} names a webhook on ${url.hostname || 'no host'} without https`, {
        hint: 'only this machine itself is told over http',
      });
    if (url.username !== '' || url.password !== '')
      return fail('bad-input', `${from} names a webhook on ${url.hostname} with a user or a password in its address`, {
        hint: 'use a webhook whose secret is in its path',
      });
    urls.push(url);
  }
  return ok(urls);
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** Why kubectl could not answer, and whether another kubeconfig might help. */
export interface KubectlRefusal {
  readonly why: string;
  /** It was asked as nobody, or as an identity that may not: another kubeconfig may do better. */
  readonly tryAnother: boolean;
}

/** How much of the end of what kubectl prints is looked at, in characters. */
const LONGEST = 16_384;

/**
 * Tells apart what kubectl prints to standard error when it fails. Being refused or having no kubeconfig is no fault of the
 * node that was asked about. Messages of kubectl 1.20 to 1.32.
 */
export function kubectlRefusal(code: number, printed: string): KubectlRefusal {
  const stderr = printed.slice(-LONGEST);
  if (code === 127) return { why: 'there is no kubectl on the host that was asked', tryAnother: false };
  if (code === 124) return { why: 'kubectl had no answer from the API in time', tryAnother: false };
  const user = /User "([^"]*)"/.exec(stderr)?.[1];
  if (/forbidden/i.test(stderr) && user?.startsWith('system:node:')) {
    return { why: `kubectl was run with the identity of a node (${user}), which may not list nodes: expected RBAC`, tryAnother: true };
  }
  if (/forbidden/i.test(stderr)) return { why: `the API does not let ${user ?? 'this user'} list nodes`, tryAnother: true };
  if (/(localhost|127\.0\.0\.1|\[::1\]):8080/.test(stderr)) {
    return { why: 'kubectl has no kubeconfig there and tried localhost:8080', tryAnother: true };
  }
  if (/no configuration has been provided|stat .*no such file|Missing or incomplete configuration/i.test(stderr)) {
    return { why: 'kubectl has no kubeconfig there', tryAnother: true };
  }
  if (/Unauthorized|must be logged in/i.test(stderr))
    return { why: 'the API does not accept the credentials of that kubeconfig', tryAnother: true };
  const last = stderr.trim().split('\n').at(-1)?.trim();
  return { why: `kubectl: ${last || `it ended with ${code}`}`, tryAnother: false };
}

/** What can be signed; of a run, its end. */
export type Signable = 'plan' | 'runbook' | 'run';

/**
 * What a signature is for (`ssh-keygen -Y sign -n`). Each kind has a purpose of its own, so that a signature over one can never be
 * passed off as one over another, nor one that was made for mail or for git.
 */
export const NAMESPACES: Readonly<Record<Signable, string>> = {
  plan: 'runbook-plan@v1',
  runbook: 'runbook@v1',
  run: 'runbook-run@v1',
};

/** A signature, as armoured text. */
export interface Signature {
  /** Where it was read, for messages. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What is known of a signature: `good` by somebody, `bad`, or there, and nobody can tell whose it is (`unchecked`). */
export type SignatureState =
  | { readonly state: 'none' }
  | { readonly state: 'good'; readonly by: string }
  | { readonly state: 'bad' | 'unchecked'; readonly why: string };

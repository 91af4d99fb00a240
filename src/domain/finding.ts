/** `cause` is worth a fix, `symptom` is explained by a cause, `benign` is no fault at all. */
export type FindingKind = 'cause' | 'symptom' | 'benign';

/** Something seen on a host that means something. */
export interface Finding {
  readonly kind: FindingKind;
  /** What it means, in a sentence; the same sentence on two hosts groups them. May hold text from the host. */
  readonly says: string;
  /** Where it was seen: `/etc/default/kubelet:3`, `journal`, a program. */
  readonly at?: string;
  /** Lines of the host that show it; text from the host. */
  readonly evidence: readonly string[];
}

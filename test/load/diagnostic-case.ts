/** A file that is wrong, and the whole of what is printed about it. */
export type DiagnosticCase = { readonly title: string; readonly printed: string } & (
  | { readonly text: string }
  /** What follows the three lines that every runbook begins with. */
  | { readonly body: string }
);

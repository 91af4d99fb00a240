import type { DiagnosticCase } from './diagnostic-case.ts';

/** Files that are wrong, and the whole of what is printed about each. */
export const wordCases: readonly DiagnosticCase[] = [
  {
    title: 'another version',
    text: `apiVersion: runbook/v2
name: sample
summary: A sample
diagnose: [{ uses: look.quiet }]`,
    printed: `error[unsupported-version]: this program reads apiVersion runbook/v1, but the file says runbook/v2
  --> sample.yaml:1:13
1 | apiVersion: runbook/v2
  |             ^^^^^^^^^^
hint: write apiVersion: runbook/v1`,
  },
  {
    title: 'nothing that must be there',
    text: `diagnose: [{ uses: look.quiet }]`,
    printed: `error[missing-key]: a runbook needs apiVersion
  --> sample.yaml:1:1
1 | diagnose: [{ uses: look.quiet }]
  | ^^^^^^^^
error[missing-key]: a runbook needs name
  --> sample.yaml:1:1
1 | diagnose: [{ uses: look.quiet }]
  | ^^^^^^^^
error[missing-key]: a runbook needs summary
  --> sample.yaml:1:1
1 | diagnose: [{ uses: look.quiet }]
  | ^^^^^^^^`,
  },
  {
    title: 'a name that is none, and a summary that is a number',
    text: `apiVersion: runbook/v1
name: Sample Runbook
summary: 5
diagnose: [{ uses: look.quiet }]`,
    printed: `error[bad-value]: Sample Runbook cannot be the name of a runbook
  --> sample.yaml:2:7
2 | name: Sample Runbook
  |       ^^^^^^^^^^^^^^
hint: kebab-case, as in kubelet-bad-flag
error[wrong-type]: summary must be a string, but is a number
  --> sample.yaml:3:10
3 | summary: 5
  |          ^
hint: quote it: "5"`,
  },
  {
    title: "a name other than the file's",
    text: `apiVersion: runbook/v1
name: other
summary: A sample
diagnose: [{ uses: look.quiet }]`,
    printed: `warning[name-differs]: the name is other, but the file is called sample.yaml
  --> sample.yaml:2:7
2 | name: other
  |       ^^^^^`,
  },
  {
    title: 'a misspelt word, once',
    body: `diagnose:
  - use: look.quiet`,
    printed: `error[unknown-key]: a step has no use
  --> sample.yaml:5:5
5 |   - use: look.quiet
  |     ^^^
hint: did you mean uses?`,
  },
  {
    title: 'a word that is near to none',
    body: `diagnose:
  - uses: look.quiet
    notify: restart`,
    printed: `error[unknown-key]: a step has no notify
  --> sample.yaml:6:5
6 |     notify: restart
  |     ^^^^^^
hint: it takes: id, uses, with, if, for_each, on, on_change, become, timeout, retries, confirm, sensitive, continue_on_error, validate, write_mode`,
  },
  {
    title: 'no steps',
    body: `hosts: all`,
    printed: `error[no-steps]: this runbook has no steps
  --> sample.yaml:1:1
1 | apiVersion: runbook/v1
  | ^^^^^^^^^^
hint: it needs diagnose, remediate or verify`,
  },
  {
    title: 'a fix that nobody verifies',
    body: `remediate:
  - uses: fix.unit
    with: { unit: a }`,
    printed: `warning[no-verify]: nothing asks whether the fix has worked, so nothing is rolled back by itself
  --> sample.yaml:4:1
4 | remediate:
  | ^^^^^^^^^
hint: add a verify step`,
  },
  {
    title: 'an unknown step type',
    body: `diagnose:
  - uses: look.unti`,
    printed: `error[unknown-step-type]: there is no step type look.unti
  --> sample.yaml:5:11
5 |   - uses: look.unti
  |           ^^^^^^^^^
hint: did you mean look.unit?`,
  },
];

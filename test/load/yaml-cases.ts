import type { DiagnosticCase } from './diagnostic-case.ts';

/** Files that are wrong, and the whole of what is printed about each. */
export const yamlCases: readonly DiagnosticCase[] = [
  {
    title: 'a flow map that is not closed',
    body: `diagnose: [{ uses: look.unit`,
    printed: `error[yaml-syntax]: flow map in block collection must be sufficiently indented and end with a }
  --> sample.yaml:4:29
4 | diagnose: [{ uses: look.unit
  |                             ^`,
  },
  {
    title: 'an unquoted expression inside braces',
    body: `diagnose:
  - uses: look.unit
    with: { unit: \${{ inputs.unit }} }`,
    printed: `error[yaml-syntax]: unexpected flow-map-start at node end
  --> sample.yaml:6:20
6 |     with: { unit: \${{ inputs.unit }} }
  |                    ^
hint: quote the expression: '\${{ … }}'`,
  },
  {
    title: 'an anchor and an alias',
    body: `diagnose: &steps []
verify: *steps`,
    printed: `error[yaml-feature]: anchors are not taken in a runbook
  --> sample.yaml:4:11
4 | diagnose: &steps []
  |           ^^^^^^
hint: write the value out where it is used, or quote it if it is text
error[yaml-feature]: aliases are not taken in a runbook
  --> sample.yaml:5:9
5 | verify: *steps
  |         ^^^^^^
hint: write the value out where it is used, or quote it if it is text`,
  },
  {
    title: 'a tag',
    body: `diagnose: !!seq []`,
    printed: `error[yaml-feature]: tags are not taken in a runbook
  --> sample.yaml:4:11
4 | diagnose: !!seq []
  |           ^^^^^
hint: write the value out where it is used, or quote it if it is text`,
  },
  {
    title: 'a merge key',
    body: `rollout:
  <<: { bake: 1s }
diagnose: [{ uses: look.quiet }]`,
    printed: `error[yaml-feature]: merge keys are not taken in a runbook
  --> sample.yaml:5:3
5 |   <<: { bake: 1s }
  |   ^^
hint: write the keys out`,
  },
  {
    title: 'a directive',
    text: `%YAML 1.1
---
apiVersion: runbook/v1
`,
    printed: `error[yaml-feature]: directives are not taken in a runbook
  --> sample.yaml:1:1
1 | %YAML 1.1
  | ^^^^^^^^^
hint: leave it out: a runbook is YAML 1.2`,
  },
  {
    title: 'a second document',
    body: `diagnose: []
---
name: other`,
    printed: `error[yaml-feature]: a file holds one runbook, but a second document begins here
  --> sample.yaml:5:1
5 | ---
  | ^^^
hint: put it into a file of its own`,
  },
  {
    title: 'a duplicate key',
    body: `hosts: a
hosts: b
diagnose: [{ uses: look.quiet }]`,
    printed: `error[duplicate-key]: the key hosts stands here a second time
  --> sample.yaml:5:1
5 | hosts: b
  | ^^^^^
hint: the first is in line 4`,
  },
  {
    title: 'a key that reaches for prototypes',
    body: `inputs:
  __proto__: { type: string }
diagnose: [{ uses: look.quiet }]`,
    printed: `error[bad-key]: the key __proto__ is refused
  --> sample.yaml:5:3
5 |   __proto__: { type: string }
  |   ^^^^^^^^^`,
  },
  {
    title: 'a key that is a number',
    body: `inputs:
  1: { type: string }
diagnose: [{ uses: look.quiet }]`,
    printed: `error[bad-key]: a key must be a string
  --> sample.yaml:5:3
5 |   1: { type: string }
  |   ^
hint: quote it, or quote the whole value if { } belongs to a text`,
  },
  {
    title: 'a number that cannot be held',
    body: `rollout: { parallel: 12345678901234567890 }
diagnose: [{ uses: look.quiet }]`,
    printed: `error[bad-number]: a number that cannot be held exactly
  --> sample.yaml:4:22
4 | rollout: { parallel: 12345678901234567890 }
  |                      ^^^^^^^^^^^^^^^^^^^^
hint: quote it if it is a text`,
  },
  {
    title: 'an escape sequence of a terminal',
    body: `hosts: "a\u001b[2Jb"`,
    printed: `error[control-character]: the character U+001B is not taken in a runbook
  --> sample.yaml:4:10
4 | hosts: "a\\x1b[2Jb"
  |          ^^^^
hint: write it as an escape in double quotes: "\\u001b"`,
  },
  {
    title: 'text that is shown in another order',
    body: `hosts: "a\u202eb"`,
    printed: `error[control-character]: the character U+202E is not taken in a runbook
  --> sample.yaml:4:10
4 | hosts: "a\\u{202e}b"
  |          ^^^^^^^^
hint: write it as an escape in double quotes: "\\u202e"`,
  },
  {
    title: 'nesting without end',
    body: `docs: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[`,
    printed: `error[too-large]: nested more than 32 levels deep
  --> sample.yaml:4:38
4 | docs: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[
  |                                      ^`,
  },
  {
    title: 'an empty file',
    text: ``,
    printed: `error[missing-key]: the file is empty
  --> sample.yaml:1:1
1 |
  | ^
hint: begin with apiVersion: runbook/v1`,
  },
  {
    title: 'a list instead of a runbook',
    text: `- a`,
    printed: `error[wrong-type]: a runbook must be a map, but is a list
  --> sample.yaml:1:1
1 | - a
  | ^^^
hint: it takes: apiVersion, name, summary, docs, inputs, hosts, diagnose, affected, remediate, verify, gate, rollout`,
  },
];

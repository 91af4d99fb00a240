import type { DiagnosticCase } from './diagnostic-case.ts';

/** Files that are wrong, and the whole of what is printed about each. */
export const typeCases: readonly DiagnosticCase[] = [
  {
    title: 'an unknown name',
    body: `affected: step.unit.active
diagnose:
  - { id: unit, uses: look.unit, with: { unit: ab } }
  - { id: quiet, uses: look.quiet }
`,
    printed: `error[unknown-name]: there is no step here
  --> sample.yaml:4:11
4 | affected: step.unit.active
  |           ^^^^
hint: did you mean steps?`,
  },
  {
    title: 'item without for_each',
    body: `diagnose:
  - { uses: look.unit, with: { unit: "\${{ item }}" } }`,
    printed: `error[unknown-name]: there is no item here
  --> sample.yaml:5:43
5 |   - { uses: look.unit, with: { unit: "\${{ item }}" } }
  |                                           ^^^^
hint: item is known in the with of a step that has for_each`,
  },
  {
    title: 'an unknown function',
    body: `affected: \${{ facts.hostname.startWith("a") }}
diagnose:
  - { id: unit, uses: look.unit, with: { unit: ab } }
  - { id: quiet, uses: look.quiet }
`,
    printed: `error[unknown-function]: there is no function startWith
  --> sample.yaml:4:30
4 | affected: \${{ facts.hostname.startWith("a") }}
  |                              ^^^^^^^^^
hint: did you mean startsWith?`,
  },
  {
    title: 'a function that does not take a number',
    body: `affected: size(1) > 0
diagnose:
  - { id: unit, uses: look.unit, with: { unit: ab } }
  - { id: quiet, uses: look.quiet }
`,
    printed: `error[expression-type]: size does not take a whole number
  --> sample.yaml:4:11
4 | affected: size(1) > 0
  |           ^^^^^^^
hint: there is size(string), size(bytes), size(list), size(map)`,
  },
  {
    title: 'an operator that does not take these',
    body: `diagnose:
  - { id: unit, uses: look.unit, with: { unit: ab } }
  - { id: quiet, uses: look.quiet }
affected: steps.unit.active + 1 > 0`,
    printed: `error[expression-type]: + does not take a boolean and a whole number
  --> sample.yaml:7:11
7 | affected: steps.unit.active + 1 > 0
  |           ^^^^^^^^^^^^^^^^^^^^^`,
  },
  {
    title: 'text and number',
    body: `diagnose:
  - { id: unit, uses: look.unit, with: { unit: ab } }
  - { id: quiet, uses: look.quiet }
affected: facts.hostname + 1 == "a1"`,
    printed: `error[expression-type]: + does not take a string and a whole number
  --> sample.yaml:7:11
7 | affected: facts.hostname + 1 == "a1"
  |           ^^^^^^^^^^^^^^^^^^
hint: make both texts: string(…), or write \${{ }} inside a text`,
  },
  {
    title: 'a condition that is none',
    body: `affected: \${{ steps.unit.restarts }}
diagnose:
  - { id: unit, uses: look.unit, with: { unit: ab } }
  - { id: quiet, uses: look.quiet }
`,
    printed: `error[wrong-result]: affected must be true or false, but the expression gives a whole number
  --> sample.yaml:4:15
4 | affected: \${{ steps.unit.restarts }}
  |               ^^^^^^^^^^^^^^^^^^^`,
  },
  {
    title: 'a loop over a text',
    body: `diagnose:
  - { uses: look.unit, for_each: facts.hostname, with: { unit: "\${{ item }}" } }`,
    printed: `error[wrong-result]: for_each must be a list, but the expression gives a string
  --> sample.yaml:5:34
5 |   - { uses: look.unit, for_each: facts.hostname, with: { unit: "\${{ item }}" } }
  |                                  ^^^^^^^^^^^^^^`,
  },
  {
    title: 'a list in the midst of a text',
    body: `diagnose:
  - { id: unit, uses: look.unit, with: { unit: ab } }
  - { id: quiet, uses: look.quiet }
  - uses: look.unit
    with: { unit: "a \${{ steps.unit.argv }}" }`,
    printed: `error[wrong-result]: a part of a text must be a string, a number or a boolean, but is a list of strings
  --> sample.yaml:8:26
8 |     with: { unit: "a \${{ steps.unit.argv }}" }
  |                          ^^^^^^^^^^^^^^^
hint: join it: \${{ LIST.join(", ") }}`,
  },
  {
    title: 'a value that may be absent',
    body: `diagnose:
  - { id: unit, uses: look.unit, with: { unit: ab } }
  - { id: quiet, uses: look.quiet }
affected: steps.unit.flags[?"--x"]`,
    printed: `error[wrong-result]: affected must be true or false, but the expression gives a string that may be absent
  --> sample.yaml:7:11
7 | affected: steps.unit.flags[?"--x"]
  |           ^^^^^^^^^^^^^^^^^^^^^^^^
hint: say what holds when it is absent: .orValue(…)`,
  },
  {
    title: 'all steps together',
    body: `diagnose:
  - { id: unit, uses: look.unit, with: { unit: ab } }
  - { id: quiet, uses: look.quiet }
affected: size(steps) > 0`,
    printed: `error[dynamic-step]: a step must be named by itself, not all of them together or by a computed name
  --> sample.yaml:7:16
7 | affected: size(steps) > 0
  |                ^^^^^
hint: steps.ID.OUTPUT, or steps["ID"].OUTPUT`,
  },
  {
    title: 'loops in loops in loops',
    body: `affected: "[1].all(a, [1].all(b, [1].all(c, true)))"
diagnose:
  - { id: unit, uses: look.unit, with: { unit: ab } }
  - { id: quiet, uses: look.quiet }
`,
    printed: `error[expression-too-large]: loops are nested more than 2 deep
  --> sample.yaml:4:34
4 | affected: "[1].all(a, [1].all(b, [1].all(c, true)))"
  |                                  ^^^^^^^^^^^^^^^^
hint: take a step apart, or use for_each`,
  },
  {
    title: 'a loop variable that hides a name',
    body: `affected: "[1].all(host, true)"
diagnose:
  - { id: unit, uses: look.unit, with: { unit: ab } }
  - { id: quiet, uses: look.quiet }
`,
    printed: `error[shadowed-name]: a loop variable cannot be called host
  --> sample.yaml:4:20
4 | affected: "[1].all(host, true)"
  |                    ^^^^`,
  },
  {
    title: 'a regular expression that RE2 has not',
    body: `affected: facts.hostname.matches("(?=a)")
diagnose:
  - { id: unit, uses: look.unit, with: { unit: ab } }
  - { id: quiet, uses: look.quiet }
`,
    printed: `error[bad-regex]: no regular expression in RE2's syntax: invalid or unsupported Perl syntax: \`(?=\`
  --> sample.yaml:4:34
4 | affected: facts.hostname.matches("(?=a)")
  |                                  ^^^^^^^`,
  },
  {
    title: 'expressions where none are taken',
    body: `summary2: x
hosts: \${{ inputs.hosts }}
diagnose:
  - { id: unit, uses: look.unit, with: { unit: ab } }
  - { id: quiet, uses: look.quiet }
`,
    printed: `error[unknown-key]: a runbook has no summary2
  --> sample.yaml:4:1
4 | summary2: x
  | ^^^^^^^^
hint: did you mean summary?
error[expression-not-here]: hosts is taken as it stands, without expressions
  --> sample.yaml:5:8
5 | hosts: \${{ inputs.hosts }}
  |        ^^^^^^^^^^^^^^^^^^^`,
  },
];

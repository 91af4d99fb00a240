import type { DiagnosticCase } from './diagnostic-case.ts';

/** Files that are wrong, and the whole of what is printed about each. */
export const paramCases: readonly DiagnosticCase[] = [
  {
    title: 'a number where a text is wanted',
    body: `diagnose:
  - uses: look.unit
    with: { unit: 20 }`,
    printed: `error[params]: unit must be a string, but is a number
  --> sample.yaml:6:19
6 |     with: { unit: 20 }
  |                   ^^
hint: quote it: "20"`,
  },
  {
    title: 'a parameter that is missing, and one that is not known',
    body: `diagnose:
  - uses: look.unit
    with: { unti: ab, sinse: 5m }`,
    printed: `error[params]: with of look.unit has no unti
  --> sample.yaml:6:13
6 |     with: { unti: ab, sinse: 5m }
  |             ^^^^
hint: did you mean unit?
error[params]: with of look.unit has no sinse
  --> sample.yaml:6:23
6 |     with: { unti: ab, sinse: 5m }
  |                       ^^^^^
hint: did you mean since?`,
  },
  {
    title: 'values that the type does not take',
    body: `diagnose:
  - uses: look.unit
    with:
      unit: A
      since: often
      lines: 500
      match: "(?=x)"
      path: etc/x
      dialect: pflags
      argv: --version
      either: 5`,
    printed: `error[params]: unit must have at least 2 characters
  --> sample.yaml:7:13
7 |       unit: A
  |             ^
error[params]: since must be a length of time
  --> sample.yaml:8:14
8 |       since: often
  |              ^^^^^
hint: such as 500ms, 20s, 15m or 1m30s
error[params]: lines must be at most 100
  --> sample.yaml:9:14
9 |       lines: 500
  |              ^^^
error[params]: match: no regular expression in RE2's syntax: invalid or unsupported Perl syntax: \`(?=\`
  --> sample.yaml:10:14
10 |       match: "(?=x)"
   |              ^^^^^^^
hint: syntax: https://github.com/google/re2/wiki/Syntax (no look-around, no back-references)
error[params]: path must be an absolute path without . and ..
  --> sample.yaml:11:13
11 |       path: etc/x
   |             ^^^^^
error[params]: dialect must be pflag or getopt
  --> sample.yaml:12:16
12 |       dialect: pflags
   |                ^^^^^^
hint: did you mean pflag?
error[params]: argv must be a list of strings, but is a string
  --> sample.yaml:13:13
13 |       argv: --version
   |             ^^^^^^^^^
hint: put it into a list: [ … ]
error[params]: either must be a string or a list of strings, but is a number
  --> sample.yaml:14:15
14 |       either: 5
   |               ^`,
  },
  {
    title: 'a text in quotes where a number is wanted',
    body: `diagnose:
  - uses: look.unit
    with: { unit: ab, lines: "5" }`,
    printed: `error[params]: lines must be a whole number, but is a string
  --> sample.yaml:6:30
6 |     with: { unit: ab, lines: "5" }
  |                              ^^^
hint: leave out the quotes`,
  },
  {
    title: 'with that is no map',
    body: `diagnose:
  - uses: look.unit
    with: [ab]`,
    printed: `error[wrong-type]: with must be a map of parameters, but is a list
  --> sample.yaml:6:11
6 |     with: [ab]
  |           ^^^^`,
  },
  {
    title: 'an expression of another type',
    body: `inputs: { n: { type: integer } }
diagnose:
  - uses: look.unit
    with:
      unit: "\${{ inputs.n }}"
      argv: '\${{ [inputs.n] }}'
      lines: 2`,
    printed: `error[params]: unit must be a string, but the expression gives a whole number
  --> sample.yaml:8:18
8 |       unit: "\${{ inputs.n }}"
  |                  ^^^^^^^^
hint: make it a string: string(…)
error[params]: argv must be a list of strings, but the expression gives a list of whole numbers
  --> sample.yaml:9:18
9 |       argv: '\${{ [inputs.n] }}'
  |                  ^^^^^^^^^^`,
  },
  {
    title: 'an unknown word inside of expect',
    body: `verify:
  - uses: look.unit
    with: { unit: ab, expect: { activ: true } }`,
    printed: `error[params]: expect has no activ
  --> sample.yaml:6:33
6 |     with: { unit: ab, expect: { activ: true } }
  |                                 ^^^^^
hint: did you mean active?`,
  },
];

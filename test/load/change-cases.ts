import type { DiagnosticCase } from './diagnostic-case.ts';

const VERIFY = 'verify: [{ uses: look.unit, with: { unit: ab, expect: { active: true } } }]';

/** A step that writes a file, with a further word in line 7. */
function written(word: string): string {
  return `remediate:
  - uses: fix.file
    with: { path: /etc/sudoers }
    ${word}
${VERIFY}`;
}

/** Files that say wrongly how hosts are changed, and the whole of what is printed about each. */
export const changeCases: readonly DiagnosticCase[] = [
  {
    title: 'validate and write_mode where nothing changes',
    body: `diagnose:
  - uses: look.quiet
    validate: [visudo, -cf, '%s']
verify:
  - uses: look.unit
    with: { unit: ab, expect: { active: true } }
    write_mode: inplace`,
    printed: `error[word-not-here]: validate has no meaning in diagnose: nothing changes there
  --> sample.yaml:6:5
6 |     validate: [visudo, -cf, '%s']
  |     ^^^^^^^^
error[word-not-here]: write_mode has no meaning in verify: nothing changes there
  --> sample.yaml:10:5
10 |     write_mode: inplace
   |     ^^^^^^^^^^`,
  },
  {
    title: 'validate and write_mode of a step that changes no files',
    body: `remediate:
  - uses: fix.unit
    with: { unit: a }
    validate: [visudo, -cf, '%s']
    write_mode: inplace
${VERIFY}`,
    printed: `error[word-not-here]: validate has no meaning for fix.unit: it writes no files
  --> sample.yaml:7:5
7 |     validate: [visudo, -cf, '%s']
  |     ^^^^^^^^
error[word-not-here]: write_mode has no meaning for fix.unit: it writes no files
  --> sample.yaml:8:5
8 |     write_mode: inplace
  |     ^^^^^^^^^^`,
  },
  {
    title: 'write_mode of a step in remediate that only reads',
    body: `remediate:
  - uses: look.quiet
    write_mode: replace
${VERIFY}`,
    printed: `error[word-not-here]: write_mode has no meaning for look.quiet: it writes no files
  --> sample.yaml:6:5
6 |     write_mode: replace
  |     ^^^^^^^^^^`,
  },
  {
    title: 'a validate that does not name the candidate',
    body: written('validate: [visudo, -cf]'),
    printed: `error[bad-value]: validate does not name the candidate
  --> sample.yaml:7:15
7 |     validate: [visudo, -cf]
  |               ^^^^^^^^^^^^^
hint: write %s for its path: [visudo, -cf, '%s']`,
  },
  {
    title: 'a validate whose program is the candidate',
    body: written("validate: ['%s', -cf]"),
    printed: `error[bad-value]: validate does not name the candidate
  --> sample.yaml:7:15
7 |     validate: ['%s', -cf]
  |               ^^^^^^^^^^^
hint: write %s for its path: [visudo, -cf, '%s']`,
  },
  {
    title: 'a validate without words',
    body: written('validate: []'),
    printed: `error[bad-value]: validate does not name the candidate
  --> sample.yaml:7:15
7 |     validate: []
  |               ^^
hint: write %s for its path: [visudo, -cf, '%s']`,
  },
  {
    title: 'a validate that is a command line',
    body: written('validate: visudo -cf %s'),
    printed: `error[wrong-type]: validate must be a list, but is a string
  --> sample.yaml:7:15
7 |     validate: visudo -cf %s
  |               ^^^^^^^^^^^^^`,
  },
  {
    title: 'words of validate that are a number and an expression',
    body: written("validate: [visudo, 5, '${{ inputs.x }} %s']"),
    printed: `error[wrong-type]: a word of validate must be a string, but is a number
  --> sample.yaml:7:24
7 |     validate: [visudo, 5, '\${{ inputs.x }} %s']
  |                        ^
hint: quote it: "5"
error[expression-not-here]: a word of validate is taken as it stands, without expressions
  --> sample.yaml:7:27
7 |     validate: [visudo, 5, '\${{ inputs.x }} %s']
  |                           ^^^^^^^^^^^^^^^^^^^^`,
  },
  {
    title: 'a write_mode that there is not',
    body: written('write_mode: in-place'),
    printed: `error[bad-value]: write_mode must be replace or inplace, but is in-place
  --> sample.yaml:7:17
7 |     write_mode: in-place
  |                 ^^^^^^^^
hint: did you mean inplace?`,
  },
  {
    title: 'a rollout that no host may leave, and no time to confirm in',
    body: `diagnose: [{ uses: look.quiet }]
rollout:
  max_unavailable: 0
  commit_confirm: 9s`,
    printed: `error[bad-value]: max_unavailable must be a number of hosts from 1 or a percentage, but is 0
  --> sample.yaml:6:20
6 |   max_unavailable: 0
  |                    ^
hint: such as 5 or 25%
error[bad-value]: commit_confirm must be at least 10s
  --> sample.yaml:7:19
7 |   commit_confirm: 9s
  |                   ^^`,
  },
  {
    title: 'a max_unavailable of more than all hosts, and a commit_confirm without a unit',
    body: `diagnose: [{ uses: look.quiet }]
rollout:
  max_unavailable: 101%
  commit_confirm: 120`,
    printed: `error[bad-value]: max_unavailable must be a number of hosts from 1 or a percentage, but is 101%
  --> sample.yaml:6:20
6 |   max_unavailable: 101%
  |                    ^^^^
hint: such as 5 or 25%
error[bad-value]: commit_confirm must be a length of time, but is a number
  --> sample.yaml:7:19
7 |   commit_confirm: 120
  |                   ^^^
hint: give it a unit: 120s`,
  },
  {
    title: 'a max_unavailable that is no size, and a commit_confirm that is too long',
    body: `diagnose: [{ uses: look.quiet }]
rollout:
  max_unavailable: some
  commit_confirm: 8d`,
    printed: `error[bad-value]: max_unavailable must be a number of hosts from 1 or a percentage, but is some
  --> sample.yaml:6:20
6 |   max_unavailable: some
  |                    ^^^^
hint: such as 5 or 25%
error[bad-value]: commit_confirm is longer than 7 days
  --> sample.yaml:7:19
7 |   commit_confirm: 8d
  |                   ^^`,
  },
  {
    title: 'misspelt words of a rollout',
    body: `diagnose: [{ uses: look.quiet }]
rollout: { max_unavailible: 1, commit_confirmed: 2m }`,
    printed: `error[unknown-key]: rollout has no max_unavailible
  --> sample.yaml:5:12
5 | rollout: { max_unavailible: 1, commit_confirmed: 2m }
  |            ^^^^^^^^^^^^^^^
hint: did you mean max_unavailable?
error[unknown-key]: rollout has no commit_confirmed
  --> sample.yaml:5:32
5 | rollout: { max_unavailible: 1, commit_confirmed: 2m }
  |                                ^^^^^^^^^^^^^^^^
hint: did you mean commit_confirm?`,
  },
];

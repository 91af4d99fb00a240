import type { DiagnosticCase } from './diagnostic-case.ts';

/** Files that are wrong, and the whole of what is printed about each. */
export const stepCases: readonly DiagnosticCase[] = [
  {
    title: 'a changing step in diagnose',
    body: `diagnose:
  - uses: fix.unit
    with: { unit: a }`,
    printed: `error[wrong-phase]: fix.unit changes hosts, and diagnose only reads
  --> sample.yaml:5:11
5 |   - uses: fix.unit
  |           ^^^^^^^^
hint: move the step to remediate`,
  },
  {
    title: 'a step in verify of which nothing can be expected',
    body: `verify:
  - uses: look.quiet`,
    printed: `error[wrong-phase]: look.quiet has nothing that could be expected of it
  --> sample.yaml:5:11
5 |   - uses: look.quiet
  |           ^^^^^^^^^^
hint: move the step to diagnose`,
  },
  {
    title: 'the same id twice',
    body: `diagnose:
  - { id: a, uses: look.quiet }
  - { id: a, uses: look.quiet }`,
    printed: `error[duplicate-id]: two steps have the id a
  --> sample.yaml:6:11
6 |   - { id: a, uses: look.quiet }
  |           ^
hint: the first is in line 5`,
  },
  {
    title: 'an id that is none',
    body: `diagnose:
  - { id: Unit 1, uses: look.quiet }`,
    printed: `error[bad-value]: Unit 1 cannot be the id of a step
  --> sample.yaml:5:11
5 |   - { id: Unit 1, uses: look.quiet }
  |           ^^^^^^
hint: lower-case letters, digits, - and _, beginning with a letter`,
  },
  {
    title: 'words of remediate in diagnose',
    body: `diagnose:
  - uses: look.quiet
    confirm: Sure?
    on_change: [x]`,
    printed: `error[word-not-here]: confirm has no meaning in diagnose: nothing changes there
  --> sample.yaml:6:5
6 |     confirm: Sure?
  |     ^^^^^^^
error[word-not-here]: on_change has no meaning in diagnose: nothing changes there
  --> sample.yaml:7:5
7 |     on_change: [x]
  |     ^^^^^^^^^`,
  },
  {
    title: 'on for a step that changes',
    body: `remediate:
  - uses: fix.unit
    on: other
    with: { unit: a }
verify:
  - uses: look.unit
    with: { unit: ab, expect: { active: true } }`,
    printed: `error[word-not-here]: on has no meaning for fix.unit: only reads can be asked of another host
  --> sample.yaml:6:5
6 |     on: other
  |     ^^`,
  },
  {
    title: 'a host that is chosen by what a host says',
    body: `diagnose:
  - { id: unit, uses: look.unit, with: { unit: ab } }
  - uses: look.quiet
    on: '\${{ steps.unit.unit }}'
  - uses: look.quiet
    on: 'web-\${{ facts.hostname }}'`,
    printed: `error[unknown-name]: there is no steps here
  --> sample.yaml:7:14
7 |     on: '\${{ steps.unit.unit }}'
  |              ^^^^^
hint: which host is asked is for inputs, host and the inventory to say, not for what a host answers
error[unknown-name]: there is no facts here
  --> sample.yaml:9:18
9 |     on: 'web-\${{ facts.hostname }}'
  |                  ^^^^^
hint: which host is asked is for inputs, host and the inventory to say, not for what a host answers`,
  },
  {
    title: 'expect in diagnose',
    body: `diagnose:
  - uses: look.unit
    with: { unit: ab, expect: { active: true } }`,
    printed: `error[expect-in-diagnose]: nothing judges what a step of diagnose expects
  --> sample.yaml:6:23
6 |     with: { unit: ab, expect: { active: true } }
  |                       ^^^^^^
hint: test its outputs in affected, or move the step to verify`,
  },
  {
    title: 'a verify step without expect',
    body: `verify:
  - uses: look.unit
    with: { unit: ab }`,
    printed: `error[expect-missing]: a verify step must say what it expects of look.unit
  --> sample.yaml:6:5
6 |     with: { unit: ab }
  |     ^^^^
hint: such as with: { expect: { active: …, still: … } }`,
  },
  {
    title: 'a gate step without expect, and no waves for it',
    body: `diagnose: [{ uses: look.quiet }]
gate: [{ uses: look.unit, with: { unit: ab } }]`,
    printed: `error[word-not-here]: gate has no meaning without remediate: there are no waves
  --> sample.yaml:5:1
5 | gate: [{ uses: look.unit, with: { unit: ab } }]
  | ^^^^
error[expect-missing]: a gate step must say what it expects of look.unit
  --> sample.yaml:5:27
5 | gate: [{ uses: look.unit, with: { unit: ab } }]
  |                           ^^^^
hint: such as with: { expect: { active: …, still: … } }`,
  },
  {
    title: 'a gate that refers to what is of each host',
    body: `diagnose: [{ id: look, uses: look.unit, with: { unit: ab } }]
remediate: [{ uses: fix.unit, with: { unit: ab } }]
gate:
  - uses: look.unit
    with: { unit: '\${{ steps.look.unit }}', match: '\${{ facts.kernel }}', expect: { active: true } }
    on: '\${{ host.name }}'`,
    printed: `warning[no-verify]: nothing asks whether the fix has worked, so nothing is rolled back by itself
  --> sample.yaml:5:1
5 | remediate: [{ uses: fix.unit, with: { unit: ab } }]
  | ^^^^^^^^^
hint: add a verify step
error[step-not-before]: step look is asked of each host, and a gate is of none
  --> sample.yaml:8:30
8 |     with: { unit: '\${{ steps.look.unit }}', match: '\${{ facts.kernel }}', expect: { active: true } }
  |                              ^^^^
hint: a gate refers to inputs, and to the steps of gate above it
error[unknown-name]: there is no facts here
  --> sample.yaml:8:57
8 |     with: { unit: '\${{ steps.look.unit }}', match: '\${{ facts.kernel }}', expect: { active: true } }
  |                                                         ^^^^^
hint: a gate is of no host: it refers to inputs, and to the steps of gate above it
error[unknown-name]: there is no host here
  --> sample.yaml:9:14
9 |     on: '\${{ host.name }}'
  |              ^^^^
hint: known: inputs`,
  },
  {
    title: 'settings of a step that are not as they must be',
    body: `diagnose:
  - uses: look.quiet
    timeout: 30
    retries: 11
    become: sure`,
    printed: `error[bad-value]: timeout must be a length of time, but is a number
  --> sample.yaml:6:14
6 |     timeout: 30
  |              ^^
hint: give it a unit: 30s
error[bad-value]: retries must be from 0 to 10, but is 11
  --> sample.yaml:7:14
7 |     retries: 11
  |              ^^
error[wrong-type]: become must be true or false, but is a string
  --> sample.yaml:8:13
8 |     become: sure
  |             ^^^^`,
  },
  {
    title: 'on_change of steps that change nothing before it',
    body: `diagnose:
  - { id: see, uses: look.quiet }
remediate:
  - { id: a, uses: fix.unit, with: { unit: a }, on_change: [see, b, c] }
  - { id: b, uses: fix.unit, with: { unit: a } }
verify:
  - { uses: look.unit, with: { unit: ab, expect: { active: true } } }`,
    printed: `error[bad-value]: see only reads, so nothing ever changes in it
  --> sample.yaml:7:61
7 |   - { id: a, uses: fix.unit, with: { unit: a }, on_change: [see, b, c] }
  |                                                             ^^^
error[step-not-before]: b does not come before this step
  --> sample.yaml:7:66
7 |   - { id: a, uses: fix.unit, with: { unit: a }, on_change: [see, b, c] }
  |                                                                  ^
error[unknown-step]: there is no step c
  --> sample.yaml:7:69
7 |   - { id: a, uses: fix.unit, with: { unit: a }, on_change: [see, b, c] }
  |                                                                     ^`,
  },
  {
    title: 'inputs that are not as they must be',
    body: `inputs:
  Unit: { type: string }
  size: { type: int, default: 5 }
  port: { type: string, default: 8080 }
  mode: { type: string, enum: [fast, slow], default: slwo }
diagnose: [{ uses: look.quiet }]`,
    printed: `error[bad-value]: Unit cannot be the name of an input
  --> sample.yaml:5:3
5 |   Unit: { type: string }
  |   ^^^^
hint: lower-case letters, digits and _, beginning with a letter
error[bad-value]: type of input size must be string, integer, number, boolean, array or object, but is int
  --> sample.yaml:6:17
6 |   size: { type: int, default: 5 }
  |                 ^^^
hint: did you mean integer?
error[wrong-type]: default of input port must be a string, but is a number
  --> sample.yaml:7:34
7 |   port: { type: string, default: 8080 }
  |                                  ^^^^
hint: quote it: "8080"
error[bad-value]: default of input mode is not in its enum
  --> sample.yaml:8:54
8 |   mode: { type: string, enum: [fast, slow], default: slwo }
  |                                                      ^^^^`,
  },
  {
    title: 'a rollout that is not as it must be',
    body: `diagnose: [{ uses: look.quiet }]
rollout: { waves: [0, 120%], bake: soon, confirm: waves, max_failure: 1 }`,
    printed: `error[bad-value]: a wave must be a number of hosts from 1 or a percentage, but is 0
  --> sample.yaml:5:20
5 | rollout: { waves: [0, 120%], bake: soon, confirm: waves, max_failure: 1 }
  |                    ^
hint: such as 5 or 25%
error[bad-value]: a wave must be a number of hosts from 1 or a percentage, but is 120%
  --> sample.yaml:5:23
5 | rollout: { waves: [0, 120%], bake: soon, confirm: waves, max_failure: 1 }
  |                       ^^^^
hint: such as 5 or 25%
error[bad-value]: bake must be a length of time, but is a string
  --> sample.yaml:5:36
5 | rollout: { waves: [0, 120%], bake: soon, confirm: waves, max_failure: 1 }
  |                                    ^^^^
hint: such as 500ms, 20s, 15m or 1m30s
error[bad-value]: confirm must be run, wave or host, but is waves
  --> sample.yaml:5:51
5 | rollout: { waves: [0, 120%], bake: soon, confirm: waves, max_failure: 1 }
  |                                                   ^^^^^
hint: did you mean wave?
error[unknown-key]: rollout has no max_failure
  --> sample.yaml:5:58
5 | rollout: { waves: [0, 120%], bake: soon, confirm: waves, max_failure: 1 }
  |                                                          ^^^^^^^^^^^
hint: did you mean max_failures?`,
  },
];

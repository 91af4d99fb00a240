import type { DiagnosticCase } from './diagnostic-case.ts';

/** Files that are wrong, and the whole of what is printed about each. */
export const expressionCases: readonly DiagnosticCase[] = [
  {
    title: 'an expression that is not closed',
    body: `diagnose:
  - uses: look.unit
    with: { unit: "a \${{ inputs.x" }`,
    printed: `error[expression-unclosed]: this \${{ has no }}
  --> sample.yaml:6:22
6 |     with: { unit: "a \${{ inputs.x" }
  |                      ^^^
hint: for the characters themselves write $\${{`,
  },
  {
    title: 'an expression that ends too early',
    body: `affected: \${{ 1 + }}
diagnose:
  - { id: unit, uses: look.unit, with: { unit: ab } }
  - { id: quiet, uses: look.quiet }
`,
    printed: `error[expression-syntax]: the expression ends too early
  --> sample.yaml:4:19
4 | affected: \${{ 1 + }}
  |                   ^`,
  },
  {
    title: 'words of another language',
    body: `affected: true and false
diagnose:
  - { id: unit, uses: look.unit, with: { unit: ab } }
  - { id: quiet, uses: look.quiet }
`,
    printed: `error[expression-syntax]: unexpected and
  --> sample.yaml:4:16
4 | affected: true and false
  |                ^^^
hint: CEL writes && for and, || for or, ! for not`,
  },
  {
    title: 'an assignment',
    body: `affected: \${{ inputs = 1 }}
diagnose:
  - { id: unit, uses: look.unit, with: { unit: ab } }
  - { id: quiet, uses: look.quiet }
`,
    printed: `error[expression-syntax]: unexpected character: =
  --> sample.yaml:4:22
4 | affected: \${{ inputs = 1 }}
  |                      ^
hint: compare with ==`,
  },
  {
    title: 'an unknown step',
    body: `affected: \${{ steps.unti.active }}
diagnose:
  - { id: unit, uses: look.unit, with: { unit: ab } }
  - { id: quiet, uses: look.quiet }
`,
    printed: `error[unknown-step]: there is no step unti
  --> sample.yaml:4:21
4 | affected: \${{ steps.unti.active }}
  |                     ^^^^
hint: did you mean unit?`,
  },
  {
    title: 'a step that comes later, and a step itself',
    body: `diagnose:
  - { id: a, uses: look.quiet, if: steps.unit.active }
  - { id: unit, uses: look.unit, if: steps.unit.active, with: { unit: ab } }`,
    printed: `error[step-not-before]: step unit comes later
  --> sample.yaml:5:42
5 |   - { id: a, uses: look.quiet, if: steps.unit.active }
  |                                          ^^^^
hint: a step refers to those above it, remediate and verify to those of diagnose
error[step-not-before]: step unit cannot refer to its own outputs
  --> sample.yaml:6:44
6 |   - { id: unit, uses: look.unit, if: steps.unit.active, with: { unit: ab } }
  |                                            ^^^^
hint: a step refers to those above it, remediate and verify to those of diagnose`,
  },
  {
    title: 'outputs of a step that changes',
    body: `remediate:
  - { id: fix, uses: fix.unit, with: { unit: a } }
  - { uses: fix.unit, with: { unit: a }, if: steps.fix.changed }
verify:
  - { uses: look.unit, with: { unit: ab, expect: { active: true } } }`,
    printed: `error[changing-step]: the outputs of fix are not there to refer to: it is a step of remediate
  --> sample.yaml:6:52
6 |   - { uses: fix.unit, with: { unit: a }, if: steps.fix.changed }
  |                                                    ^^^
hint: read it in diagnose: those outputs are known everywhere after`,
  },
  {
    title: 'a step type without outputs',
    body: `affected: steps.quiet.x
diagnose:
  - { id: unit, uses: look.unit, with: { unit: ab } }
  - { id: quiet, uses: look.quiet }
`,
    printed: `error[no-outputs]: look.quiet gives no outputs
  --> sample.yaml:4:17
4 | affected: steps.quiet.x
  |                 ^^^^^`,
  },
  {
    title: 'an unknown output, there and behind has()',
    body: `diagnose:
  - { id: unit, uses: look.unit, with: { unit: ab } }
  - { id: quiet, uses: look.quiet }
affected: has(steps.unit.lode) && steps.unit.activ`,
    printed: `error[unknown-output]: step unit (look.unit) has no lode
  --> sample.yaml:7:26
7 | affected: has(steps.unit.lode) && steps.unit.activ
  |                          ^^^^
hint: did you mean load?
error[unknown-output]: step unit (look.unit) has no activ
  --> sample.yaml:7:46
7 | affected: has(steps.unit.lode) && steps.unit.activ
  |                                              ^^^^^
hint: did you mean active?`,
  },
  {
    title: 'an unknown output that is asked for as if it might be absent',
    body: `diagnose:
  - { id: unit, uses: look.unit, with: { unit: ab } }
  - { id: quiet, uses: look.quiet }
affected: steps.unit.?restart.orValue(1) == 1`,
    printed: `error[unknown-output]: step unit (look.unit) has no restart
  --> sample.yaml:7:23
7 | affected: steps.unit.?restart.orValue(1) == 1
  |                       ^^^^^^^
hint: did you mean restarts?`,
  },
  {
    title: 'an unknown field of an output',
    body: `diagnose:
  - { id: unit, uses: look.unit, with: { unit: ab } }
  - { id: quiet, uses: look.quiet }
affected: steps.unit.origins.exists(o, o.lin > 1)`,
    printed: `error[unknown-output]: origins of step unit (look.unit) has no lin
  --> sample.yaml:7:42
7 | affected: steps.unit.origins.exists(o, o.lin > 1)
  |                                          ^^^
hint: did you mean line?`,
  },
  {
    title: 'an unknown input, in single quotes',
    body: `inputs: { unit: { type: string } }
diagnose:
  - uses: look.unit
    with: { unit: 'it''s \${{ inputs.unti }}' }`,
    printed: `error[unknown-input]: this runbook has no input unti
  --> sample.yaml:7:37
7 |     with: { unit: 'it''s \${{ inputs.unti }}' }
  |                                     ^^^^
hint: did you mean unit?`,
  },
  {
    title: 'an unknown fact, in double quotes',
    body: `diagnose:
  - uses: look.unit
    with: { unit: "\\ta\${{ facts.hostnam }}" }`,
    printed: `error[unknown-fact]: there is no fact hostnam
  --> sample.yaml:6:33
6 |     with: { unit: "\\ta\${{ facts.hostnam }}" }
  |                                 ^^^^^^^
hint: did you mean hostname?`,
  },
  {
    title: 'an unknown field of the host, in a folded text',
    body: `diagnose:
  - uses: look.unit
    with:
      unit: >-
        first line
        \${{ host.nam }}`,
    printed: `error[unknown-field]: host has no nam
  --> sample.yaml:9:18
9 |         \${{ host.nam }}
  |                  ^^^
hint: did you mean name?`,
  },
];

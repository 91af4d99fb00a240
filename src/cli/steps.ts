import type { AddCommand } from './command-line.ts';
import { type CommonOptions, withCommonOptions } from './options.ts';

/** `runbook steps [TYPE]`: the step types, or one with its parameters and examples. */
export const addSteps: AddCommand = (program, world, exit) => {
  withCommonOptions(program.command('steps').argument('[type]', 'a step type'))
    .summary('list the step types, or describe one')
    .description('Lists the step types, or describes one: parameters, outputs, examples.')
    .action(async (type: string | undefined, options: CommonOptions) => {
      const { screenOf } = await import('./screen.ts');
      const { stepTypes } = await import('../steps/index.ts');
      const { describeStepType, stepTypeData } = await import('./describe-step-type.ts');
      const { hanging } = await import('../ui/page.ts');
      const screen = screenOf(world, options);
      const specs = [...stepTypes.values()];
      if (type === undefined) {
        const width = Math.max(...specs.map(({ name }) => name.length));
        const rows = specs.flatMap(({ name, plan, summary }) =>
          hanging(screen.out, 0, `${name.padEnd(width)}  ${plan ? 'changes' : 'reads  '}  `, summary),
        );
        if (options.json) screen.data(specs.map(stepTypeData));
        else screen.print(rows);
        return exit(0);
      }
      const spec = stepTypes.get(type);
      if (!spec)
        return exit(screen.refuse({ code: 'not-found', message: `there is no step type ${type}`, hint: 'runbook steps lists them' }));
      if (options.json) screen.data(stepTypeData(spec));
      else screen.print(describeStepType(spec));
      exit(0);
    });
};

import type { AddCommand } from './command-line.ts';
import { type CommonOptions, withCommonOptions } from './options.ts';

type ApproveOptions = CommonOptions & { readonly key?: string; readonly planHash?: string };

/** `runbook approve FILE`: a second person signs a saved plan. */
export const addApprove: AddCommand = (program, world, exit) => {
  withCommonOptions(program.command('approve').argument('<file>', 'a file of plan -o'))
    .option('--key <key>', 'SSH key to sign with (default: the first of ~/.ssh/id_ed25519, id_ecdsa, id_rsa)')
    .option('--plan-hash <hash>', 'approve without being asked, if the hash of the file begins so')
    .summary("sign somebody else's saved plan")
    .description(
      'Shows a saved plan, asks, and puts a signature beside its file. A policy may ask for so many of them before the plan is carried out.',
    )
    .action(async (file: string, options: ApproveOptions) => {
      const { runApprove } = await import('./run-approve.ts');
      exit(await runApprove(world, file, options));
    });
};

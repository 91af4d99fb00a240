import type { AddCommand } from './command-line.ts';
import { type CommonOptions, withCommonOptions } from './options.ts';

type SignOptions = CommonOptions & { readonly key?: string };

/** `runbook sign RUNBOOK`: whoever has read a runbook puts a name to it. */
export const addSign: AddCommand = (program, world, exit) => {
  withCommonOptions(program.command('sign').argument('<name>', 'runbook name or path'))
    .option('--key <key>', 'SSH key to sign with (default: the first of ~/.ssh/id_ed25519, id_ecdsa, id_rsa)')
    .summary('sign a runbook')
    .description(
      'Checks a runbook, and puts a signature over its bytes beside it, into FILE.sig, in place of an older one. A policy may ask for it before the runbook asks a host anything. It holds for no other bytes: sign again after an edit.',
    )
    .action(async (name: string, options: SignOptions) => {
      const { runSign } = await import('./run-sign.ts');
      exit(await runSign(world, name, options));
    });
};

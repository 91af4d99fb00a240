import { labUp } from './lab-up.ts';

// The process behind `runbook lab up`: serves the fleet until it is told to end. Arguments: state directory, `usual` or `any`.
const [stateDir = '', ports] = process.argv.slice(2);
const lab = await labUp({ stateDir, ports: ports === 'any' ? 'any' : 'usual', detached: true });

// Its starter waits for this one message and then leaves.
process.send?.(lab.ok ? { ok: true } : lab);
if (lab.ok) {
  const end = (): void => {
    void lab.value.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
} else {
  process.disconnect?.();
  process.exitCode = 1;
}

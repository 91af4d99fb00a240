import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labBreak } from '../lab/lab-break.ts';
import { labUp } from '../lab/lab-up.ts';
import { processWorld } from './world.ts';

// The main job on the practice fleet, told step by step: `npm run demo`, or `npm run demo -- --interactive` to be asked.

const world = processWorld();
const interactive = process.argv.includes('--interactive');
const say = (text: string) => world.out.write(`${text}\n`);
const state = mkdtempSync(join(tmpdir(), 'runbook-demo-'));
process.exitCode = await demo().finally(() => rmSync(state, { recursive: true, force: true }));

async function demo(): Promise<number> {
  say('Five practice hosts, each with a kubelet, served by this process on 127.0.0.1 over real SSH.');
  const lab = await labUp({ stateDir: join(state, 'lab'), ports: 'any' });
  if (!lab.ok) {
    world.err.write(`${lab.failure.message}${lab.failure.hint ? `\n  ${lab.failure.hint}` : ''}\n`);
    return 1;
  }
  try {
    const broken = await labBreak(join(state, 'lab'), 'kubelet-bad-flag');
    if (!broken.ok) throw new Error(broken.failure.message);
    say(`Somebody has put flags that kubelet does not know on ${broken.value.join(' and ')}. It crash-loops there.`);
    return await told(lab.value.paths.inventory);
  } finally {
    await lab.value.close();
  }
}

async function told(inventory: string): Promise<number> {
  const fleet = ['-i', inventory, '--state-dir', state];
  // A demonstration does not wait 20 s for every host; the runbook's own value does.
  const quick = ['-e', 'stable_for=5s'];
  const yes = interactive ? [] : ['-y'];
  const scenes: readonly (readonly [string, readonly string[], number])[] = [
    ['Who is ill, and of what? Nothing is changed by asking.', ['diagnose', 'kubelet-bad-flag', ...fleet, ...quick], 0],
    [
      interactive
        ? 'Fix it: the plan, a question, and then wave by wave.'
        : 'Fix it: the plan, approved by -y here, and then wave by wave.',
      ['apply', 'kubelet-bad-flag', ...fleet, ...quick, ...yes],
      0,
    ],
    ['Once more: there is nothing left to do, and nothing is restarted.', ['apply', 'kubelet-bad-flag', ...fleet, ...quick, '-y'], 0],
    ['Every run is kept, and can be taken back with "runbook rollback".', ['runs', '--state-dir', state], 0],
  ];
  for (const [words, args, expected] of scenes) {
    say(
      `\n${words}\n\n$ runbook ${args
        .map((arg) => (arg === inventory ? 'lab.yaml' : arg))
        .filter((arg) => arg !== '--state-dir' && arg !== state)
        .join(' ')}\n`,
    );
    const code = await runbook(args);
    if (code !== expected) {
      say(interactive && code === 5 ? '\nDeclined: nothing was changed.' : `\nThat ended with exit code ${code}.`);
      return interactive && code === 5 ? 0 : 1;
    }
  }
  say('\nThe same on a fleet of your own: runbook diagnose kubelet-bad-flag -i YOUR-INVENTORY');
  return 0;
}

function runbook(args: readonly string[]): Promise<number> {
  const child = spawn(join(world.installation, 'src/cli/launch'), args, { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

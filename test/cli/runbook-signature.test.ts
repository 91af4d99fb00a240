import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runRunbook } from '../../src/cli/run-runbook.ts';
import { runSign } from '../../src/cli/run-sign.ts';
import { runbook } from '../lab/command-line.ts';
import { noKeygen, Signers } from '../lab/signers.ts';
import { fakeWorld } from './rig.ts';

const FIX = `apiVersion: runbook/v1
name: fix
summary: Asks a host something
hosts: those-that-are-signed
diagnose:
  - uses: command.probe
    with: { argv: [id], read_only: true }
`;
const ALWAYS = 'runbook_signature: always\nallowed_signers: signers\n';

/** Somebody's desk, with a runbook on it, a policy, and keys; ada's and bob's count. */
function desk({ policy = ALWAYS, text = FIX }: { readonly policy?: string; readonly text?: string | Buffer } = {}) {
  const { world: bare, out, err } = fakeWorld();
  const { cwd } = bare;
  const env: Record<string, string | undefined> = { ...process.env, XDG_CONFIG_HOME: cwd, XDG_STATE_HOME: cwd };
  const world = { ...bare, env };
  const people = new Signers(cwd, ['ada', 'bob', 'eve']);
  const file = join(cwd, 'fix.yaml');
  mkdirSync(join(cwd, 'runbook'));
  writeFileSync(join(cwd, 'runbook/policy.yaml'), policy);
  writeFileSync(join(cwd, 'runbook/signers'), people.line('ada') + people.line('bob'));
  writeFileSync(join(cwd, 'hosts.yaml'), 'all: { hosts: { h1: } }\n');
  writeFileSync(file, text);
  return {
    world,
    out,
    err,
    people,
    file,
    /** Signs the runbook as somebody else's ssh-keygen would. */
    signedBy: (name: string, namespace = 'runbook@v1') => people.sign(file, name, namespace),
    sign: (name: string, json?: '--json') =>
      runSign(world, './fix.yaml', { color: 'never', key: people.key(name), ...(json ? { json: true } : {}) }),
    /** Runs the runbook, on hosts that the inventory does not have: it gets as far as looking for them. */
    run: (kind: 'diagnose' | 'plan' | 'apply' = 'plan') =>
      runRunbook(world, {
        kind,
        name: './fix.yaml',
        options: { color: 'never', inventory: [join(cwd, 'hosts.yaml')] },
        yes: true,
        detailedExitCode: false,
      }),
    show: (...more: readonly string[]) => runbook(['show', './fix.yaml', ...more], { cwd, env: { XDG_CONFIG_HOME: cwd } }),
  };
}

const LOOKED_FOR = /those-that-are-signed/;

describe.skipIf(noKeygen !== undefined)(
  `where signed runbooks are asked for, a runbook${noKeygen === undefined ? '' : ` (${noKeygen})`}`,
  () => {
    test.for(['diagnose', 'plan', 'apply'] as const)('that nobody signed is refused by %s before a host is looked for', async (kind) => {
      const { run, err, world } = desk();
      expect(await run(kind)).toBe(1);
      expect(err.text).toMatch(/the policy asks for signed runbooks, and fix\.yaml is not signed[\s\S]*fix\.yaml\.sig[\s\S]*runbook sign/);
      expect(err.text).not.toMatch(LOOKED_FOR);
      expect(existsSync(join(world.cwd, 'runbook/runs'))).toBe(false);
    });

    test.for(['diagnose', 'plan', 'apply'] as const)('that is signed by somebody whose key counts goes on with %s', async (kind) => {
      const { run, err, signedBy } = desk();
      signedBy('ada');
      expect(await run(kind)).toBe(1);
      expect(err.text).toMatch(LOOKED_FOR);
      expect(err.text).not.toContain('sign the');
    });

    test('may have shell text in it, which --allow-shell would be wanted for otherwise', async () => {
      const shell = FIX.replace('[id]', "[sh, -c, 'id | wc -l']");
      const signed = desk({ text: shell });
      signed.signedBy('ada');
      await signed.run();
      expect(signed.err.text).toMatch(LOOKED_FOR);
      const unchecked = desk({ text: shell, policy: 'runbook_signature: never\n' });
      unchecked.signedBy('ada');
      await unchecked.run();
      expect(unchecked.err.text).toContain('fix runs shell text');
      expect(unchecked.err.text).not.toMatch(LOOKED_FOR);
    });

    const refused: readonly [string, (at: ReturnType<typeof desk>) => void, RegExp][] = [
      ['that was edited since by one byte', ({ file }) => writeFileSync(file, FIX.replace('[id]', '[ip]')), /incorrect signature/],
      ['that was edited in nothing but blanks', ({ file }) => writeFileSync(file, `${FIX}\n`), /incorrect signature/],
      ['that is signed by a stranger', ({ signedBy }) => signedBy('eve'), /is by no key that .*signers allows/],
      ['whose signature is one of a plan', ({ signedBy }) => signedBy('ada', 'runbook-plan@v1'), /for this runbook: .*namespace/],
      ['whose signature is for something else', ({ signedBy }) => signedBy('ada', 'git'), /for this runbook: .*namespace/],
      ['whose signer may sign plans alone', ({ world, people }) => onlyPlans(world.cwd, people), /is by no key|does not hold/],
      ['whose signature is no signature', ({ file }) => writeFileSync(`${file}.sig`, 'yes, ada\n'), /is by no key that/],
      ['whose signature is a file without end', ({ file }) => writeFileSync(`${file}.sig`, 'x'.repeat(100_000)), /is no signature/],
      ['whose signature is a directory', ({ file }) => clearWith(file, () => mkdirSync(`${file}.sig`)), /is no signature/],
      ['whose signature is a pipe', ({ file }) => clearWith(file, () => execFileSync('mkfifo', [`${file}.sig`])), /is no signature/],
    ];
    const clearWith = (file: string, make: () => void) => {
      execFileSync('rm', [`${file}.sig`]);
      make();
    };
    const onlyPlans = (cwd: string, people: Signers) =>
      writeFileSync(join(cwd, 'runbook/signers'), people.line('ada', 'namespaces="runbook-plan@v1"'));

    test.for(refused)('%s is refused', async ([, spoil, why]) => {
      const at = desk();
      at.signedBy('ada');
      spoil(at);
      expect(await at.run()).toBe(1);
      expect(at.err.text).toMatch(why);
      expect(at.err.text).not.toMatch(LOOKED_FOR);
    });

    test('that was signed by a key that is revoked since is refused', async () => {
      const { run, err, signedBy, people, world } = desk({ policy: `${ALWAYS}revoked_keys: gone\n` });
      signedBy('ada');
      writeFileSync(join(world.cwd, 'runbook/gone'), readFileSync(`${people.key('ada')}.pub`));
      expect(await run()).toBe(1);
      expect(err.text).toMatch(/fix\.yaml\.sig does not hold for this runbook: its key is revoked by .*gone/);
    });

    test('is run by the bytes that were checked, although the file is another one meanwhile', async () => {
      const { world, run, err, signedBy, file } = desk();
      signedBy('ada');
      const real = execFileSync('sh', ['-c', 'command -v ssh-keygen'], { encoding: 'utf8' }).trim();
      mkdirSync(join(world.cwd, 'bin'));
      writeFileSync(join(world.cwd, 'other'), FIX.replace('those-that-are-signed', 'the-others'));
      writeFileSync(join(world.cwd, 'bin/ssh-keygen'), `#!/bin/sh\ncp '${world.cwd}/other' '${file}'\nexec '${real}' "$@"\n`);
      chmodSync(join(world.cwd, 'bin/ssh-keygen'), 0o755);
      world.env['PATH'] = `${join(world.cwd, 'bin')}:${process.env['PATH']}`;
      expect(await run()).toBe(1);
      expect(readFileSync(file, 'utf8')).toContain('the-others');
      expect(err.text).toMatch(LOOKED_FOR);
      expect(err.text).not.toContain('the-others');
    });
  },
);

describe.skipIf(noKeygen !== undefined)('where signed runbooks are not asked for, a signature that is there', () => {
  test('must hold all the same, where somebody knows whose count', async () => {
    const { run, err, signedBy, file } = desk({ policy: 'allowed_signers: signers\n' });
    expect(await run('apply')).toBe(1);
    expect(err.text).toMatch(LOOKED_FOR);
    signedBy('ada');
    writeFileSync(file, `${FIX}# by hand\n`);
    expect(await run('diagnose')).toBe(1);
    expect(err.text).toContain('does not hold for this runbook');
  });

  test('is noted as unchecked where nobody does', async () => {
    const { run, err, signedBy } = desk({ policy: 'plan_signature: never\n' });
    signedBy('eve');
    expect(await run()).toBe(1);
    expect(err.text).toContain('note: the runbook is signed, and nobody checked by whom: no policy names allowed_signers');
    expect(err.text).toMatch(LOOKED_FOR);
  });
});

test('under a policy that is not understood no runbook asks a host anything', async () => {
  const { run, err } = desk({ policy: 'runbook_signatures: always\n' });
  expect(await run('diagnose')).toBe(1);
  expect(err.text).toMatch(/did you mean .?runbook_signature[\s\S]*the policy is not understood/);
  expect(err.text).not.toMatch(LOOKED_FOR);
});

describe.skipIf(noKeygen !== undefined)('`sign`', () => {
  test('puts a signature beside the file that ssh-keygen takes for that of the signer', async () => {
    const { sign, err, file, world, run } = desk();
    expect(await sign('ada')).toBe(0);
    expect(err.text).toMatch(/Signed by ada@example\.com: \.\/fix\.yaml\.sig\n +of fix\.yaml, sha256 [0-9a-f]{64}\n/);
    expect(statSync(`${file}.sig`).mode & 0o777).toBe(0o644 & ~process.umask());
    const argv = ['-Y', 'verify', '-f', 'runbook/signers', '-I', 'ada@example.com', '-n', 'runbook@v1', '-s', 'fix.yaml.sig'];
    const said = execFileSync('ssh-keygen', argv, { cwd: world.cwd, input: readFileSync(file), encoding: 'utf8' });
    expect(said).toContain('Good "runbook@v1" signature for ada@example.com');
    await run();
    expect(err.text).toMatch(LOOKED_FOR);
  });

  test('puts it in place of an older one, and never one that would not count', async () => {
    const { sign, out, err, file, world } = desk();
    await sign('ada');
    const first = readFileSync(`${file}.sig`, 'utf8');
    expect(await sign('eve')).toBe(1);
    expect(err.text).toMatch(/this signature would not count: .*fix\.yaml\.sig is by no key/);
    expect(readFileSync(`${file}.sig`, 'utf8')).toBe(first);
    expect(out.text).toBe('');
    expect(await sign('bob', '--json')).toBe(0);
    expect(JSON.parse(out.text)).toMatchObject({ runbook: 'fix.yaml', signature: `${file}.sig`, by: 'bob@example.com' });
    expect(readFileSync(`${file}.sig`, 'utf8')).not.toBe(first);
    expect(readdirSync(world.cwd).filter((name) => name.startsWith('fix'))).toEqual(['fix.yaml', 'fix.yaml.sig']);
  });

  test('says so where no policy tells whose keys count', async () => {
    const { sign, err } = desk({ policy: 'plan_signature: never\n' });
    expect(await sign('eve')).toBe(0);
    expect(err.text).toContain('No policy here names allowed_signers, so nobody checked whose key that is.');
  });

  test.for<[string, string | Buffer, RegExp]>([
    ['is not valid', FIX.replace('uses', 'use'), /did you mean .?uses/],
    ['is not UTF-8, and is told where', Buffer.concat([Buffer.from(FIX), Buffer.from([0x23, 0xff, 0x0a])]), /not UTF-8[\s\S]*fix\.yaml:8/],
  ])('does not put a name to a runbook that %s', async ([, text, why]) => {
    const { sign, err, file } = desk({ text });
    expect(await sign('ada')).toBe(1);
    expect(err.text).toMatch(why);
    expect(existsSync(`${file}.sig`)).toBe(false);
  });

  test('says what ssh-keygen says when it cannot sign', async () => {
    const { sign, err } = desk();
    expect(await sign('nobody')).toBe(1);
    expect(err.text).toMatch(/the runbook could not be signed with .*nobody: .*No such file/);
  });
});

describe.skipIf(noKeygen !== undefined)('`show`', () => {
  test('says of a runbook whether it is signed, by whom, or what is wrong with that', async () => {
    const { show, signedBy, file, world } = desk();
    expect(await show()).toMatchObject({ code: 0, out: expect.stringMatching(/^not signed$/m) });
    signedBy('bob');
    expect((await show()).out).toMatch(/^signed by bob@example\.com$/m);
    expect(JSON.parse((await show('--json')).out)).toMatchObject({ signature: { state: 'good', by: 'bob@example.com' } });
    writeFileSync(file, `${FIX}# by hand\n`);
    expect(await show()).toMatchObject({ code: 0, out: expect.stringMatching(/^its signature is not good: .*incorrect signature/m) });
    writeFileSync(join(world.cwd, 'runbook/policy.yaml'), 'policy: none\n');
    expect((await show()).out).toMatch(/^nobody checked whether it is signed: the policy is not understood/m);
  });
});

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOSTS, oneOf } from './generated-values.ts';
import { Machine } from './machine.ts';
import { missingOpenSsh, ssh } from './openssh.ts';

const missing = missingOpenSsh();

const rarely = (usual: fc.Arbitrary<string>, fault: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 40, arbitrary: usual }, { weight: 1, arbitrary: fault });
const TOKENS = oneOf('%%', '%C', '%d', '%h', '%i', '%k', '%L', '%l', '%n', '%p', '%r', '%u', '${RB_DIR}', '$RB_DIR', 'x', '/');
const path = fc
  .tuple(rarely(oneOf('~/', '/', '~bin/'), oneOf('~')), fc.array(rarely(TOKENS, oneOf('%T', '${RB_NOT}')), { maxLength: 4 }))
  .map(([start, tokens]) => `${start}${tokens.join('')}`);
const command = fc.array(rarely(oneOf('%h', '%k', '%n', '%p', '%r', '%%', ' ', 'x', '"a b"', '${RB_DIR}'), oneOf('%u')), { maxLength: 5 });
const said = oneOf('HostName Real%h', 'HostName 127.1', 'Port 2200', 'User bob', 'HostKeyAlias Ali', 'Compression yes');

/** What ssh says when it begins to connect, by a command that ends at once: the only way in which it shows what it expands so late. */
async function shown(machine: Machine, host: string): Promise<object | undefined> {
  const { stderr } = await ssh(
    ['-v', '-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes', '-F', machine.config, '--', host],
    machine.env,
  );
  const found = (what: RegExp) => [...stderr.matchAll(what)].map((match) => match[1]);
  if (!/Executing proxy command/.test(stderr) || /invalid environment|unknown key|No such user/.test(stderr)) return undefined;
  return {
    proxyCommand: found(/^debug1: Executing proxy command: exec (.*?)\r?$/gm)[0],
    identityFile: found(/^debug1: identity file (.*) type -?\d+\r?$/gm).filter((file) => !file?.endsWith('-cert')),
    certificateFile: found(/^debug1: certificate file (.*) type -?\d+\r?$/gm),
  };
}

describe.skipIf(missing !== undefined)(`what ssh expands late${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let machine: Machine;
  beforeAll(() => {
    machine = new Machine();
  });
  afterAll(() => machine.remove());

  it('is expanded here as it is there', async () => {
    let answered = 0;
    const configuration = fc.record({
      all: fc.array(said, { maxLength: 4 }),
      files: fc.array(path, { minLength: 1, maxLength: 3 }),
      certificate: path,
      command,
    });
    await fc.assert(
      fc.asyncProperty(configuration, fc.constantFrom(...HOSTS), async ({ all, files, certificate, command }, host) => {
        const lines = [
          ...all,
          ...files.map((file) => `IdentityFile ${file}`),
          `CertificateFile ${certificate}`,
          `ProxyCommand true ${command.join('')}`,
        ];
        machine.write({ config: lines.join('\n') });
        const ours = await machine.answer(host, [], 'refuse');
        const theirs = await shown(machine, host);
        if (ours.ok) answered += 1;
        const { proxyCommand, identityFile, certificateFile } = ours.ok ? ours.value.settings : {};
        expect(ours.ok ? { proxyCommand, identityFile, certificateFile } : undefined).toEqual(theirs);
      }),
      { numRuns: 100 },
    );
    expect(answered).toBeGreaterThan(50);
  });
});

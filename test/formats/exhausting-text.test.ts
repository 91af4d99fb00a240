import { expect, test } from 'vitest';
import { decodeValue } from '../../src/formats/decode-value.ts';
import { effectiveUnit } from '../../src/formats/effective-argv.ts';
import { parseEnvFile } from '../../src/formats/env-file.ts';
import { unsetVariable } from '../../src/formats/env-file-edit.ts';
import { globMatches } from '../../src/formats/glob-match.ts';
import { parseHttpResponse } from '../../src/formats/http-response.ts';
import { parseJournalJson } from '../../src/formats/journal-json.ts';
import { kubectlRefusal } from '../../src/formats/kubectl-refusal.ts';
import { readPflagAnswer } from '../../src/formats/pflag-answer.ts';
import { defineUnit } from '../../src/formats/unit-definition.ts';
import { parseUnitFile } from '../../src/formats/unit-file.ts';

// What one hostile host can send, of a size at which a search that takes time by the square of it would outlast the test's limit.
const LONG = 300_000;
const FEW = 20_000;

function argvOf(service: string, env?: string): { readonly argv: readonly string[]; readonly problems: readonly string[] } {
  const text = `[Service]\n${service}\n`;
  const definition = defineUnit({ fragment: { path: '/etc/systemd/system/x.service', text }, dropIns: [] }, { unit: 'x.service' });
  const files = env === undefined ? [] : [{ path: '/etc/default/x', optional: true, text: env }];
  const { commands, problems } = effectiveUnit(definition, files);
  return { argv: commands[0]?.argv.map((argument) => argument.text) ?? [], problems };
}

test.each<[string, () => unknown, unknown]>([
  ['interim answers without end', () => parseHttpResponse('HTTP/1 100\n\n'.repeat(FEW)), undefined],
  ['a message that is nested deeply', () => parseJournalJson(`{"MESSAGE":${'['.repeat(LONG)}${']'.repeat(LONG)}}`), [{ message: '' }]],
  ['blanks in a unit file', () => parseUnitFile(`[S]\na=${' '.repeat(LONG)}x`).entries.length, 1],
  ['blanks in the name of a variable', () => parseEnvFile(`a${' '.repeat(LONG)}x=1`).assignments.length, 1],
  ['blanks before a variable that goes', () => unsetVariable(`${' x\n'.repeat(LONG)}A=1`, 'A')?.length, 3 * LONG],
  ['a pattern with many stars', () => globMatches(`${'*a'.repeat(30)}*b`, ['a'.repeat(255)]), []],
  ['keys of YAML', () => decodeValue(Buffer.from(Array.from({ length: 60_000 }, (_, n) => `k${n}: 1\n`).join('')), 'yaml').ok, true],
  [
    'aliases of YAML',
    () => decodeValue(Buffer.from(`- &a x\n${Array.from({ length: 100_000 }, (_, n) => `- &a${n} x\n- *a${n}\n`).join('')}`), 'yaml').ok,
    false,
  ],
  ['a line of a program', () => readPflagAnswer('--x', 1, 'invalid argument '.repeat(LONG)).kind, 'undecided'],
  ['a line of kubectl', () => kubectlRefusal(1, 'stat '.repeat(LONG)).tryAnother, false],
  ['commands of a unit', () => argvOf('ExecStart=/bin/x\n'.repeat(60_000)).argv, ['/bin/x']],
  ['names that are never closed', () => argvOf(`ExecStart=/bin/x ${'${'.repeat(LONG)}`).argv.length, 2],
  ['names of a variable', () => argvOf(`ExecStart=/bin/x $A`, `A=${'a '.repeat(LONG)}`).argv.length, LONG + 1],
  ['variables that are taken out', () => argvOf(`UnsetEnvironment=${'B '.repeat(LONG)}\nExecStart=/bin/x $B`).argv, ['/bin/x']],
])('is read in time: %s', (_title, read, expected) => {
  expect(read()).toEqual(expected);
});

test('a pattern whose range is the wrong way round matches nothing, and is no error', () => {
  expect(globMatches('[z-a]*', ['b', '[z-a]b'])).toEqual([]);
  expect(globMatches('a[', ['a[', 'a'])).toEqual(['a[']);
  expect(globMatches('[!a-c]x', ['ax', 'bx', 'dx', '-x'])).toEqual(['-x', 'dx']);
  expect(globMatches('[]-]\\*?', [']*1', '-*2', 'a*3'])).toEqual(['-*2', ']*1']);
});

test('arguments that come to more than Linux takes are cut off, and said to be too long', () => {
  const { argv, problems } = argvOf(`ExecStart=/bin/x ${'${A}'.repeat(FEW)} $A`, `A=${'a'.repeat(LONG)}`);
  expect(argv).toEqual(['/bin/x']);
  expect(problems).toEqual(['its arguments are longer than Linux takes, and systemd does not start it']);
});

test('YAML that has a key twice is none', () => {
  expect(decodeValue(Buffer.from('a: 1\nb: {x: 1, x: 2}\n'), 'yaml')).toEqual({ ok: false, message: 'it is not YAML' });
});

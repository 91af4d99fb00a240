import type { Change } from '../domain/change.ts';
import type { Failure } from '../domain/failure.ts';
import { bytesToText, type FileState, textToBytes, utf8Text, withBytes } from '../domain/file.ts';
import { defineStep } from '../domain/step.ts';
import { planArguments } from '../formats/argument-plan.ts';
import { parseEnvFile, winningAssignment } from '../formats/env-file.ts';
import { editVariableWords, setVariable, splitValue, unsetVariable } from '../formats/env-file-edit.ts';
import { writeSplitWord } from '../formats/env-value.ts';
import { ABSOLUTE_PATH } from './parameter-schemas.ts';
import { unicode } from './unit-source.ts';

const VARIABLE = { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$' } as const;

/** Variables of an environment file. */
export const fileEnv = defineStep({
  name: 'file.env',
  summary: 'Set or unset variables in an environment file, or flags inside one of them',
  docs: `Reads the file as systemd reads an \`EnvironmentFile=\`: the last assignment of a variable counts, and \`export NAME=…\` is none.
\`set\` writes into that assignment, in its kind of quotes, or adds a line at the end. \`unset\` removes all assignments
of a variable, with their lines. \`args\` removes and sets flags inside a variable that holds command-line arguments; when the last
one goes, an empty value stays.

All other bytes stay: comments, quotes, order, line ends, a missing final newline. The edited file is read again; where it
would not mean what it should (a quote is never closed, for one), the step fails as \`ambiguous\`.`,
  writesFiles: true,
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['path'],
    properties: {
      path: ABSOLUTE_PATH,
      set: { type: 'object', additionalProperties: { type: 'string' }, default: {}, description: 'variable to value' },
      unset: { type: 'array', items: VARIABLE, default: [], description: 'variables to remove' },
      args: {
        type: 'object',
        additionalProperties: false,
        required: ['variable'],
        description: 'flags inside a variable',
        properties: {
          variable: { ...VARIABLE, description: 'the variable that holds arguments' },
          remove: { type: 'array', items: { type: 'string' }, default: [], description: 'flags to remove with their values' },
          set: { type: 'object', additionalProperties: { type: 'string' }, default: {}, description: "flag to its value; '' for none" },
        },
      },
      create: { type: 'boolean', default: false, description: 'make the file when there is none' },
    },
  },
  examples: [
    {
      title: 'A flag inside a variable',
      params: {
        path: '/etc/default/kubelet',
        set: {},
        unset: [],
        args: { variable: 'KUBELET_EXTRA_ARGS', remove: ['--improve-speed'], set: { '--v': '4' } },
        create: false,
      },
      host: { files: { '/etc/default/kubelet': '# extra\nKUBELET_EXTRA_ARGS="--improve-speed --v=2"' } },
      says: ['- --improve-speed in KUBELET_EXTRA_ARGS', '~ --v=4 (was --v=2) in KUBELET_EXTRA_ARGS'],
    },
    {
      title: 'Variables set and unset',
      params: { path: '/etc/default/app', set: { LIMIT: '20', MODE: 'fast one' }, unset: ['OLD'], create: false },
      host: { files: { '/etc/default/app': 'LIMIT=10\nOLD=1\n' } },
      says: ['~ LIMIT', '+ MODE', '- OLD'],
    },
    {
      title: 'A new file',
      params: { path: '/etc/default/app', set: { LIMIT: '20' }, unset: [], create: true },
      host: {},
      says: ['+ LIMIT'],
    },
  ],
  observe: (host, { path }) => host.file(path),
  plan(before, params): readonly Change[] | Failure {
    const { path, create } = params;
    if (before.kind === 'absent' && !create) {
      const sets = Object.keys(params.set).length + Object.keys(params.args?.set ?? {}).length > 0;
      // What is to be gone is gone.
      if (!sets) return [];
      return { code: 'not-found', message: `${path} does not exist`, at: path, hint: 'say create: true to make it' };
    }
    const bad = Object.keys(params.set).find((name) => !new RegExp(VARIABLE.pattern).test(name));
    if (bad !== undefined) return { code: 'bad-params', message: `"${bad}" cannot be the name of a variable` };
    const edits = [...variableEdits(params), ...(params.args === undefined ? [] : [argumentEdit(params.args)])];
    return carryOut(path, before, edits);
  },
});

/** A file's new text with what to say; undefined: nothing to do; `stuck`: it cannot be written so that it is read back as meant. */
type Edit = (text: string) => { readonly text: string; readonly says: readonly string[] } | 'stuck' | undefined;

interface VariableParams {
  readonly set: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
}

function variableEdits({ set, unset }: VariableParams): readonly Edit[] {
  const setting = Object.entries(set).map(([name, value]): Edit => {
    return (text) => {
      const isNew = winningAssignment(parseEnvFile(text), name) === undefined;
      return result(text, setVariable(text, name, utf8Text(value)), [`${isNew ? '+' : '~'} ${name}`]);
    };
  });
  const unsetting = unset.map(
    (name): Edit =>
      (text) =>
        result(text, unsetVariable(text, name), [`- ${name}`]),
  );
  return [...setting, ...unsetting];
}

interface ArgumentParams {
  readonly variable: string;
  readonly remove: readonly string[];
  readonly set: Readonly<Record<string, string>>;
}

function argumentEdit({ variable, remove, set }: ArgumentParams): Edit {
  const change = {
    remove: remove.map(utf8Text),
    set: Object.fromEntries(Object.entries(set).map(([flag, value]) => [utf8Text(flag), utf8Text(value)])),
  };
  return (text) => {
    const assignment = winningAssignment(parseEnvFile(text), variable);
    const plan = planArguments(assignment === undefined ? [] : splitValue(assignment), change);
    if (plan === undefined) return 'stuck';
    if (plan.notes.length === 0) return undefined;
    const says = plan.notes.map(({ sign, text: what }) => `${sign} ${unicode(what)} in ${variable}`);
    const value = plan.change.append.map(writeSplitWord).join(' ');
    const after = assignment === undefined ? setVariable(text, variable, value) : editVariableWords(text, variable, plan.change);
    return result(text, after, says);
  };
}

function result(before: string, after: string | undefined, says: readonly string[]): ReturnType<Edit> {
  if (after === undefined) return 'stuck';
  return after === before ? undefined : { text: after, says };
}

function carryOut(path: string, before: FileState, edits: readonly Edit[]): readonly Change[] | Failure {
  let text = before.kind === 'file' ? bytesToText(before.content.bytes) : '';
  const says: string[] = [];
  for (const edit of edits) {
    const made = edit(text);
    if (made === 'stuck') {
      return { code: 'ambiguous', message: `${path} cannot be edited so that it means what it should`, at: path, hint: 'edit it by hand' };
    }
    text = made?.text ?? text;
    says.push(...(made?.says ?? []));
  }
  if (says.length === 0) return [];
  return [{ kind: 'file', path, before, after: withBytes(path, before, textToBytes(text)), says, sensitive: false }];
}

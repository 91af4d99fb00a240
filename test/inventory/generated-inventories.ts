import fc from 'fast-check';

/** An inventory of a test: files by path, and the sources as `-i` names them, below one directory. */
export interface GeneratedInventory {
  readonly files: Readonly<Record<string, string>>;
  readonly sources: readonly string[];
}

/** Outer groups before inner ones, so that no group is made to contain itself. */
const GROUPS = ['prod', 'stage', 'eu', 'web', 'db', 'with-dash', 'G', 'é1'] as const;
const HOSTS = ['h1', 'h2', 'lone', 'web[01:03].ex.com', 'db-[a:c]', 'h[1:9:4]', '10.0.0.1', 'p:2222', 'q[1:2]:22'] as const;
const NAMES = ['x', 'y', 'z', 'ansible_host', 'ansible_port', 'ansible_user', 'note'] as const;

/** As they stand in YAML, what PyYAML makes something else of than a reader of today would among them. */
const YAML_VALUES = [
  '1',
  '"1"',
  'yes',
  'Off',
  'no way',
  '010',
  '0x1F',
  '1e3',
  '1.5',
  '1:30',
  '~',
  '[a, 1, null]',
  '{k: [1, {l: m}]}',
  '2024-01-01',
  "'{{ x }}'",
  '"é\\n"',
  '.5',
  '1_000',
  '+5',
];

/** As they stand in a section of variables. */
const INI_VALUES = [
  '1',
  'True',
  'yes',
  'hello # no comment',
  '1 # comment',
  '"q r"',
  "{'a': [1, None]}",
  '[1, 2',
  '007',
  '0x1F',
  '1.50',
  "'00123'",
  'a=b',
  '',
  '{{ x }}',
  '-5',
  '1_000',
  '"a" "b"',
  "(1, 'x')",
];

/** As they stand in a host's line, where a shell's quotes are taken off first. */
const HOST_VALUES = [
  '1',
  'True',
  '"a b"',
  "'[1, 2]'",
  `"{'a': 1}"`,
  '"\'00123\'"',
  '007',
  '1.50',
  'x\\ y',
  'a=b',
  '10.0.0.1',
  'None',
  "''",
];

const variables = (values: readonly string[]) => fc.dictionary(fc.constantFrom(...NAMES), fc.constantFrom(...values), { maxKeys: 3 });

interface GroupModel {
  readonly name: string;
  readonly hosts: readonly (readonly [string, Readonly<Record<string, string>>])[];
  readonly children: readonly string[];
  readonly vars: Readonly<Record<string, string>>;
  readonly priority: number | undefined;
}

function group(name: string, position: number, hostValues: readonly string[], values: readonly string[]): fc.Arbitrary<GroupModel> {
  const inner = GROUPS.slice(position + 1);
  return fc.record({
    name: fc.constant(name),
    hosts: fc.array(fc.tuple(fc.constantFrom(...HOSTS), variables(hostValues)), { maxLength: 3 }),
    children: inner.length === 0 ? fc.constant([]) : fc.subarray([...inner], { maxLength: Math.min(2, inner.length) }),
    vars: variables(values),
    priority: fc.option(fc.integer({ min: -1, max: 12 }), { nil: undefined, freq: 4 }),
  });
}

/** Groups in any order; every child is declared in the same file. */
function groups(hostValues: readonly string[], values: readonly string[]): fc.Arbitrary<readonly GroupModel[]> {
  const all = fc.record({
    name: fc.constant('all'),
    hosts: fc.array(fc.tuple(fc.constantFrom(...HOSTS), variables(hostValues)), { minLength: 1, maxLength: 2 }),
    children: fc.constant([]),
    vars: variables(values),
    priority: fc.constant(undefined),
  });
  return fc
    .tuple(all, fc.subarray([...GROUPS], { minLength: 1 }))
    .chain(([top, names]) =>
      fc
        .tuple(...names.map((name) => group(name, GROUPS.indexOf(name), hostValues, values)))
        .chain((some) => fc.shuffledSubarray([top, ...some], { minLength: some.length + 1 })),
    )
    .map((some) => some.map((each) => ({ ...each, children: each.children.filter((child) => some.some(({ name }) => name === child)) })));
}

const assigned = (vars: Readonly<Record<string, string>>, glue: string) => Object.entries(vars).map(([name, value]) => name + glue + value);

function iniText(some: readonly GroupModel[]): string {
  const sections = some.flatMap(({ name, hosts, children, vars, priority }) => [
    [`[${name}]`, ...hosts.map(([host, own]) => [host, ...assigned(own, '=')].join(' '))],
    [`[${name}:children]`, ...children],
    [`[${name}:vars]`, ...assigned(vars, ' = '), ...(priority === undefined ? [] : [`ansible_group_priority=${priority}`])],
  ]);
  return `# generated\nbefore h=1\n\n${sections.map((lines) => lines.join('\n')).join('\n; and\n')}\n`;
}

function yamlMapping(entries: readonly (readonly [string, string])[], indent: string): string {
  return entries.map(([key, value]) => `${indent}${JSON.stringify(key)}: ${value}\n`).join('');
}

function yamlText(some: readonly GroupModel[]): string {
  const text = some.map(({ name, hosts, children, vars, priority }) => {
    // A key must not stand twice.
    const unique = [...new Map(hosts)];
    const hostLines = unique.map(([host, own]) => `    ${JSON.stringify(host)}:\n${yamlMapping(Object.entries(own), '      ')}`).join('');
    const all = [...Object.entries(vars), ...(priority === undefined ? [] : [['ansible_group_priority', String(priority)] as const])];
    return `${JSON.stringify(name)}:\n  hosts:\n${hostLines}  vars:\n${yamlMapping(all, '    ')}  children:\n${yamlMapping(
      children.map((child) => [child, '{}'] as const),
      '    ',
    )}`;
  });
  return `---\n${text.join('')}`;
}

const ini = groups(HOST_VALUES, INI_VALUES).map(iniText);
const yaml = groups(YAML_VALUES, YAML_VALUES).map(yamlText);

/** Files of variables for groups and hosts that there may be, in the forms that they are found in; what is passed over among them. */
const variableFiles = fc.dictionary(
  fc.constantFrom(
    ...[
      'all.yml',
      'all/z.yml',
      'all/a',
      'web.yml',
      'web',
      'web/1.yml',
      'web/2.json',
      'web/3.txt',
      'web/.4.yml',
      'web/sub/5.yml',
      'prod.yaml',
    ].map((name) => `group_vars/${name}`),
    ...['with-dash.yml', 'db.json', 'ungrouped.yml', 'eu.txt'].map((name) => `group_vars/${name}`),
    ...['h1.yml', 'lone', 'lone.yml', 'web01.ex.com', 'h5/a.yml', 'nobody.yml', '10.0.0.1.yml'].map((name) => `host_vars/${name}`),
  ),
  variables(YAML_VALUES).map((vars) => `---\n${yamlMapping(Object.entries(vars), '')}`),
  { maxKeys: 6 },
);

/** The same files without those that would stand where a directory stands, and JSON where the name says so. */
function standing(files: Readonly<Record<string, string>>, base: string): Readonly<Record<string, string>> {
  const paths = Object.keys(files);
  const kept = Object.entries(files).filter(([path]) => !paths.some((other) => other.startsWith(`${path}/`)));
  return Object.fromEntries(
    kept.map(([path, text]) => [base + path, path.endsWith('.json') ? '{"z": [1, {"y": null}], "note": "json"}' : text]),
  );
}

const oneFile: fc.Arbitrary<GeneratedInventory> = fc
  .tuple(fc.oneof(fc.tuple(fc.constant('hosts'), ini), fc.tuple(fc.constantFrom('hosts.yml', 'hosts'), yaml)), variableFiles)
  .map(([[name, text], files]) => ({ files: { [name]: text, ...standing(files, '') }, sources: [name] }));

const severalSources: fc.Arbitrary<GeneratedInventory> = fc
  .tuple(ini, yaml, variableFiles, variableFiles, fc.shuffledSubarray(['a/hosts', 'b/hosts.yaml', 'h1,h9:22,lone'], { minLength: 2 }))
  .map(([first, second, some, others, sources]) => ({
    files: { 'a/hosts': first, 'b/hosts.yaml': second, ...standing(some, 'a/'), ...standing(others, 'b/') },
    sources,
  }));

const directory: fc.Arbitrary<GeneratedInventory> = fc.tuple(ini, yaml, ini, variableFiles).map(([first, second, third, files]) => {
  const passedOver = Object.fromEntries(
    ['.hidden', 'x~', 'a.orig', 'b.cfg', 'c.retry', 'd.bak', 'README.md', 'e.txt'].map((name) => [name, 'junk']),
  );
  const all = { '01': first, '02.yml': second, 'sub/03': third, ...passedOver, ...standing(files, '') };
  return { files: Object.fromEntries(Object.entries(all).map(([path, text]) => [`inv/${path}`, text])), sources: ['inv'] };
});

/** So many inventories, the same ones each time. */
export function generatedInventories(count: number, seed: number): readonly GeneratedInventory[] {
  return fc.sample(
    fc.oneof({ weight: 4, arbitrary: oneFile }, { weight: 2, arbitrary: severalSources }, { weight: 2, arbitrary: directory }),
    {
      numRuns: count,
      seed,
    },
  );
}

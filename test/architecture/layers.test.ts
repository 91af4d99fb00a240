import { expect, test } from 'vitest';
import { importsOf, layerOf, sourceFiles } from './source-files.ts';

/** Which layers a layer may import, beside itself. `cli` is the composition root. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  formats: [],
  steps: ['domain', 'formats'],
  engine: ['domain'],
  views: ['domain', 'formats'],
  load: ['domain'],
  inventory: ['domain'],
  remote: ['domain'],
  transport: ['domain'],
  journal: ['domain'],
  ui: ['domain', 'views', 'formats'],
  lab: ['domain'],
  outbound: ['domain'],
  cli: ['domain', 'formats', 'steps', 'engine', 'views', 'load', 'inventory', 'remote', 'transport', 'journal', 'ui', 'lab', 'outbound'],
};

/** Packages that one or a few layers alone may use, so that they can be replaced there. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  ssh2: ['transport', 'lab'],
  listr2: ['ui', 'cli'],
  inquirer: ['ui', 'cli'],
  commander: ['cli'],
  ajv: ['load'],
  '@marcbachmann/cel-js': ['load'],
  diff: ['formats'],
  re2js: ['formats', 'load'],
  'smol-toml': ['inventory'],
  yaml: ['load', 'inventory', 'formats'],
};

const files = sourceFiles('src');

test('every folder of src has a rule', () => {
  const layers = new Set(files.map(({ path }) => layerOf(path)));
  expect([...layers].filter((layer) => layer === undefined || !(layer in ALLOWED))).toEqual([]);
});

test('every layer imports only what the design allows', () => {
  const wrong = files.flatMap((file) => {
    const layer = layerOf(file.path) ?? '';
    const others = importsOf(file).filter((path) => path.startsWith('src/') && layerOf(path) !== layer);
    return others.filter((path) => !ALLOWED[layer]?.includes(layerOf(path) ?? '')).map((path) => `${file.path} imports ${path}`);
  });
  expect(wrong).toEqual([]);
});

test('source never imports tests', () => {
  expect(files.filter((file) => importsOf(file).some((path) => path.startsWith('test/'))).map(({ path }) => path)).toEqual([]);
});

test('a package is imported only where it has its place', () => {
  const wrong = files.flatMap((file) => {
    const names = importsOf(file).map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? '');
    const misplaced = names.filter((name) => PACKAGES[name] !== undefined && !PACKAGES[name].includes(layerOf(file.path) ?? ''));
    return misplaced.map((name) => `${file.path} imports ${name}`);
  });
  expect(wrong).toEqual([]);
});

test('what load, steps, formats, domain and views compute needs no file system, process, network or clock', () => {
  const pure = files.filter(({ path }) => ['domain', 'formats', 'load', 'steps', 'views'].includes(layerOf(path) ?? ''));
  const io = /^node:(fs|child_process|net|http|https|os|process|timers|readline|dns|tls)\b/;
  const reaches = pure.flatMap((file) => importsOf(file).flatMap((name) => (io.test(name) ? [`${file.path} imports ${name}`] : [])));
  const asks = pure.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) =>
      /\bDate\.now\(|new Date\(\)|Math\.random\(|\bprocess\.|\bsetTimeout\(/.test(line) ? [`${path}:${index + 1}`] : [],
    ),
  );
  expect([...reaches, ...asks]).toEqual([]);
});

test('the engine has no clock, no randomness and no I/O but through its ports', () => {
  const engine = files.filter(({ path }) => layerOf(path) === 'engine');
  const nodes = engine.flatMap((file) =>
    importsOf(file).flatMap((name) => (name.startsWith('node:') ? [`${file.path} imports ${name}`] : [])),
  );
  const asks = engine.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) =>
      /\bDate\.now\(|new Date\(\)|Math\.random\(|\bprocess\.|\bsetTimeout\(/.test(line) ? [`${path}:${index + 1}`] : [],
    ),
  );
  expect([...nodes.filter((line) => !line.endsWith('node:crypto')), ...asks]).toEqual([]);
});

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generatedDocs } from './generated-docs.ts';

// Writes the parts of docs/ that are made from the program: `npm run generate`.

const docs = join(import.meta.dirname, '../../docs');
const pages = generatedDocs();
for (const [path, text] of pages) {
  mkdirSync(dirname(join(docs, path)), { recursive: true });
  writeFileSync(join(docs, path), text);
}
// A step type that is gone leaves no page behind.
for (const name of readdirSync(join(docs, 'steps'))) if (!pages.has(`steps/${name}`)) rmSync(join(docs, 'steps', name));
process.stdout.write(`${pages.size} files in docs/\n`);

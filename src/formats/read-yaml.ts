import { type Document, isScalar, parseDocument, visit } from 'yaml';

/** Configuration that people write is far smaller; the parser takes seconds for more. */
const MAX_CHARACTERS = 1_048_576;

/** Aliases can make a small file explode; one that needs more of them than this is not one that a person wrote. */
const MAX_ALIASES = 1_000;

/**
 * A value from YAML 1.2 text that a host may have made to exhaust the reader. YAML knows values that JSON does not (NaN, big
 * keys): what comes out is what JSON would write of it. Throws for what is no YAML, has a key twice, or is too much.
 */
export function readYaml(text: string): unknown {
  if (text.length > MAX_CHARACTERS) throw new Error('too long');
  // The parser's own check of keys takes time by their square.
  const document = parseDocument(text, { uniqueKeys: false, logLevel: 'error' });
  const [error] = document.errors;
  if (error !== undefined) throw error;
  check(document);
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}

function check(document: Document.Parsed): void {
  let aliases = 0;
  visit(document, {
    Alias: () => {
      aliases += 1;
      if (aliases > MAX_ALIASES) throw new Error('too many aliases');
    },
    Map: (_, map) => {
      const keys = new Set<unknown>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? key.value : undefined;
        if (name !== undefined && keys.has(name)) throw new Error('a key stands there twice');
        keys.add(name);
      }
    },
  });
}

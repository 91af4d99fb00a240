import { Document, isScalar, visit } from 'yaml';

/** Lists of plain values up to this many characters stand on one line. */
const SHORT = 90;

/**
 * A value as YAML 1.2 for people, ending in a newline: block style, short lists of plain values on one line, single quotes
 * where quotes are needed. Long texts stay on their line, so that they can be found by a search.
 */
export function yamlText(value: unknown): string {
  const document = new Document(value);
  visit(document, {
    Seq(_key, list) {
      const plain = list.items.every((item) => isScalar(item));
      if (plain && JSON.stringify(list).length <= SHORT) list.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, singleQuote: true, flowCollectionPadding: false });
}

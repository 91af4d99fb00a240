import { Alias, isNode, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { ok, type Result } from '../domain/failure.ts';
import { failAt } from './place.ts';
import { YamlDocument } from './yaml-document.ts';

interface Aliases {
  readonly targets: ReadonlyMap<Alias, Node>;
  /** The first one that stands for nothing. */
  readonly dangling: Alias | undefined;
}

/** What each alias stands for: the nearest node of that anchor above it. */
function aliasesOf(root: Node): Aliases {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  let dangling: Alias | undefined;
  visit(root, {
    Node(_, node) {
      if (!(node instanceof Alias)) {
        if (node.anchor !== undefined) anchors.set(node.anchor, node);
        return;
      }
      const target = anchors.get(node.source);
      if (target === undefined) dangling ??= node;
      else targets.set(node, target);
    },
  });
  return { targets, dangling };
}

/** Parses YAML; the failure has the place of the first error. */
export function parseYaml(file: string, text: string): Result<YamlDocument> {
  const lines = new LineCounter();
  const document = parseDocument(text, { schema: 'failsafe', uniqueKeys: false, lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    const [message = ''] = error.message.split('\n');
    return failAt({ file, line, column: col }, `not valid YAML: ${message}`);
  }
  const root = isNode(document.contents) ? document.contents : undefined;
  const { targets, dangling } = root !== undefined && text.includes('*') ? aliasesOf(root) : { targets: new Map(), dangling: undefined };
  const parsed = new YamlDocument(file, root, lines, targets);
  return dangling === undefined ? ok(parsed) : failAt(parsed.place(dangling), `there is no anchor &${dangling.source} above`);
}

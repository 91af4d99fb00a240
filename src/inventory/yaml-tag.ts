import type { Node, Scalar } from 'yaml';
import type { Json } from '../domain/json.ts';
import { yamlScalar } from './yaml-scalar.ts';

const VAULT: ReadonlySet<string> = new Set(['!vault', '!vault-encrypted']);
const TEXT: ReadonlySet<string> = new Set([...VAULT, '!unsafe', '!', 'tag:yaml.org,2002:str']);
const DATA: ReadonlySet<string> = new Set(['int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`));

/** Why a node's tag cannot be honoured; `undefined` when it has none, or a known one. */
export function tagFault(node: Node): string | undefined {
  const { tag } = node;
  return tag === undefined || TEXT.has(tag) || DATA.has(tag) ? undefined : `the tag ${tag} is not understood`;
}

/** A `!vault` scalar in the form in which `ansible-inventory` prints it; `undefined` for any other. */
export function vaulted(node: Scalar): Json | undefined {
  return node.tag !== undefined && VAULT.has(node.tag) ? { __ansible_vault: String(node.value ?? '') } : undefined;
}

/** What a scalar stands for: text if it is quoted, or tagged as text. */
export function scalarValue(node: Scalar): null | boolean | number | string {
  const text = String(node.value ?? '');
  const isText = node.tag === undefined ? node.type !== 'PLAIN' : TEXT.has(node.tag);
  return isText ? text : yamlScalar(text);
}

import { parseAddress } from './host-address.ts';

/** Anything but blanks, `:` and brackets, or a complete pair of brackets; as often as it comes. */
const PART = /(?:[^\s:[\]]|\[[^\]]*\])+/g;

/**
 * Takes a pattern apart as Ansible does (`split_host_pattern`): at commas if there is one; else one address with or without a port is one
 * pattern; else at every `:` outside brackets.
 */
export function splitPattern(pattern: string): readonly string[] {
  const parts = pattern.includes(',') ? pattern.split(',') : parseAddress(pattern) === undefined ? (pattern.match(PART) ?? []) : [pattern];
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

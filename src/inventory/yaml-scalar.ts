const NULL = /^(?:~|null|Null|NULL|)$/;
const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const INTEGER = /^([-+]?)(?:0b([01_]+)|0x([0-9a-fA-F_]+)|0([0-7_]+)|(0|[1-9][0-9_]*))$/;
const BASE_60 = /^([-+]?)([0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)$/;
const FLOAT = /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?$/;

function whole(sign: string, digits: string, base: number): number | undefined {
  const plain = digits.replaceAll('_', '');
  const value = plain === '' ? Number.NaN : Number.parseInt(plain, base);
  return Number.isSafeInteger(value) ? signed(sign, value) : undefined;
}

function signed(sign: string, value: number): number {
  return sign === '-' ? 0 - value : value;
}

function integer(text: string): number | undefined {
  const match = INTEGER.exec(text);
  if (match === null) return undefined;
  const [, sign = '', binary, hex, octal, decimal] = match;
  if (binary !== undefined) return whole(sign, binary, 2);
  if (hex !== undefined) return whole(sign, hex, 16);
  return octal === undefined ? whole(sign, decimal ?? '', 10) : whole(sign, octal, 8);
}

/** `1:30` is 90 in YAML 1.1; a first part of 0 needs a fraction (`0:30.5`). */
function base60(text: string): number | undefined {
  const match = BASE_60.exec(text);
  if (match === null) return undefined;
  const [, sign = '', digits = ''] = match;
  if (digits.startsWith('0') && !digits.includes('.')) return undefined;
  const parts = digits.replaceAll('_', '').split(':').map(Number);
  return signed(
    sign,
    parts.reduce((sum, part) => sum * 60 + part, 0),
  );
}

/**
 * The value of an unquoted scalar by the rules of YAML 1.1 as PyYAML applies them, since that is what inventories were written for:
 * `yes` is true, `010` is 8, `1e3` is text. Dates, infinity and integers past 2^53 stay text, as JSON has nothing for them.
 */
export function yamlScalar(text: string): null | boolean | number | string {
  if (NULL.test(text)) return null;
  if (TRUE.test(text)) return true;
  if (FALSE.test(text)) return false;
  const number = integer(text) ?? base60(text);
  if (number !== undefined) return number;
  return FLOAT.test(text) ? Number(text.replaceAll('_', '')) : text;
}

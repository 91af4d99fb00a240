import type { InputSpec } from '../domain/runbook.ts';
import type { CelType } from './cel-type.ts';

/** The types an input can have. */
export const INPUT_TYPES = ['string', 'integer', 'number', 'boolean', 'array', 'object'] as const satisfies readonly InputSpec['type'][];

/** Whether a value is of an input's type. */
export function isOfType(value: unknown, type: InputSpec['type']): boolean {
  switch (type) {
    case 'integer':
      return Number.isSafeInteger(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type;
  }
}

/** An input's type in words. */
export function describeInputType(type: InputSpec['type']): string {
  const words = {
    string: 'a string',
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a map',
  } as const satisfies Record<InputSpec['type'], string>;
  return words[type];
}

/** What expressions see of an input. */
export function celTypeOfInput(type: InputSpec['type']): CelType {
  const types: Record<InputSpec['type'], CelType> = {
    string: { kind: 'string' },
    integer: { kind: 'int' },
    number: { kind: 'double' },
    boolean: { kind: 'bool' },
    array: { kind: 'list', of: { kind: 'dyn' } },
    object: { kind: 'map', of: { kind: 'dyn' } },
  };
  return types[type];
}

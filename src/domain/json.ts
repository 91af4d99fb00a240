/** Plain data: what inputs, step parameters, step outputs and facts are made of. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object; keys are never `__proto__`, `constructor` or `prototype` (the loader refuses them). */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** True for a JSON object, false for arrays, null and scalars. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { Secret } from '../domain/secret.ts';
import type { SecretRef, Secrets } from '../domain/transport.ts';
import type { InventoryPassword, SealedPassword } from './connection-variables.ts';

/** Where secrets come from, in the order in which they are tried. */
export interface SecretSources {
  /** Secrets by name, such as those that `targetOf` took out of the inventory. */
  readonly values?: ReadonlyMap<string, InventoryPassword>;
  /** Opens one that is encrypted; `undefined` when that does not succeed. */
  readonly open?: (sealed: SealedPassword) => Promise<Secret<string> | undefined>;
  /** Secret name to the environment variable that holds it; an empty one counts as not set. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Asks a person; `undefined` when there is nobody to ask or no answer. */
  readonly ask?: (name: string, question?: SecretRef['question']) => Promise<string | undefined>;
}

async function ofInventory({ values, open }: SecretSources, name: string): Promise<string | undefined> {
  const value = values?.get(name);
  return (value === undefined || value instanceof Secret ? value : await open?.(value))?.reveal();
}

function ofEnvironment({ variables, environment }: SecretSources, name: string): string | undefined {
  const variable = variables !== undefined && Object.hasOwn(variables, name) ? variables[name] : undefined;
  return variable === undefined ? undefined : environment?.[variable] || undefined;
}

/** Looks secrets up; a person is asked at most once for each name, however many hosts want it at the same time. */
export function createSecrets(sources: SecretSources): Secrets {
  const asked = new Map<string, Promise<string | undefined>>();
  return {
    async get({ secret, question }: SecretRef) {
      if (question !== undefined) return sources.ask?.(secret, question);
      if (sources.values?.has(secret)) return ofInventory(sources, secret);
      const value = ofEnvironment(sources, secret);
      if (value !== undefined || sources.ask === undefined) return value;
      const answer = asked.get(secret) ?? sources.ask(secret);
      asked.set(secret, answer);
      return answer;
    },
  };
}

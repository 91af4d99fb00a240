import type { SecretRef, Secrets } from '../domain/transport.ts';

/** Where secrets come from, in the order in which they are tried. */
export interface SecretSources {
  /** Secrets by name, such as those that `targetOf` took out of the inventory. */
  readonly values?: ReadonlyMap<string, string>;
  /** Secret name to the environment variable that holds it; an empty one counts as not set. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Asks a person; `undefined` when there is nobody to ask or no answer. */
  readonly ask?: (name: string) => Promise<string | undefined>;
}

function known({ values, variables, environment }: SecretSources, name: string): string | undefined {
  const value = values?.get(name);
  if (value !== undefined) return value;
  const variable = variables !== undefined && Object.hasOwn(variables, name) ? variables[name] : undefined;
  return variable === undefined ? undefined : environment?.[variable] || undefined;
}

/** Looks secrets up; a person is asked at most once for each name, however many hosts want it at the same time. */
export function createSecrets(sources: SecretSources): Secrets {
  const asked = new Map<string, Promise<string | undefined>>();
  return {
    get({ secret }: SecretRef) {
      const value = known(sources, secret);
      if (value !== undefined || sources.ask === undefined) return Promise.resolve(value);
      const answer = asked.get(secret) ?? sources.ask(secret);
      asked.set(secret, answer);
      return answer;
    },
  };
}

import { HostFault } from '../domain/failure.ts';
import { compileRegex, type Regex } from '../formats/regex.ts';

/** Compiles a parameter's regular expression. Throws `bad-params`: a step with a broken one must not look as if nothing matched. */
export function requiredRegex(source: string, parameter: string): Regex {
  const compiled = compileRegex(source);
  if (!compiled.ok) throw new HostFault({ code: 'bad-params', message: compiled.message, at: parameter });
  return compiled.regex;
}

import { fail, ok, type Result } from '../../domain/failure.ts';
import { matchesPatternList } from '../host-pattern.ts';
import type { Effect } from './arguments.ts';
import { lowerCase } from './config-line.ts';
import type { JumpHop } from './jump.ts';
import type { Statement } from './statement.ts';

/** A value and the place that said it. */
export interface Said<T> {
  readonly value: T;
  /** `file:line:column`, or what the caller calls its command line. */
  readonly at: string;
}

/** A line that counts for a host and that nothing here is made of. */
export interface NotUsed {
  /** As the manual spells it. */
  readonly keyword: string;
  /** Its arguments as they stand. */
  readonly text: string;
  readonly at: string;
}

type Setting = Extract<Statement, { kind: 'setting' }>;

/** Limits of OpenSSH 9.2 (`ssh.h`, `readconf.h`). */
const MOST_FILES = 100;
const MOST_VALUES = 32;

/**
 * What was said so far for one host, as it stands: the first value of a keyword counts, some add up. Keywords are spelled as in the
 * manual. ssh keeps it over both passes, and so does this.
 */
export class Draft {
  readonly #one = new Map<string, Said<string>>();
  readonly #several = new Map<string, Said<readonly string[]>>();
  readonly #more = new Map<string, (Said<string> & { readonly fromUser: boolean })[]>();
  readonly #notUsed = new Map<string, NotUsed>();
  readonly #closed = new Set<string>();
  #jump: Said<Extract<Effect, { kind: 'jump' }>> | undefined;

  /** The value of a keyword that has one. */
  one(keyword: string): Said<string> | undefined {
    return this.#one.get(keyword);
  }

  /** The values of a keyword of which the first line counts. */
  several(keyword: string): Said<readonly string[]> | undefined {
    return this.#several.get(keyword);
  }

  /** The values of a keyword that adds up, in order. */
  more(keyword: string): readonly Said<string>[] {
    return this.#more.get(keyword) ?? [];
  }

  /** The hops of ProxyJump, and its text without the comment; no hops: `none`. */
  get jump(): Said<{ readonly hops: readonly JumpHop[]; readonly list: string }> | undefined {
    return this.#jump;
  }

  /** The first line of each keyword that counts and is of no use here, in order. */
  get notUsed(): readonly NotUsed[] {
    return [...this.#notUsed.values()];
  }

  /** Where each keyword was said that became a part of the settings; for those that add up, the first time. */
  places(): Readonly<Record<string, string>> {
    const isSaid = (keyword: string) =>
      !keyword.includes(' ') && !this.#notUsed.has(keyword) && !(keyword === 'ProxyCommand' && this.#jump?.value.hops.length);
    const places = [...this.#one, ...this.#several].flatMap(([keyword, { at }]) => (isSaid(keyword) ? [[keyword, at]] : []));
    const added = [...this.#more].map(([keyword, list]) => [keyword, list[0]?.at ?? '']);
    return Object.fromEntries([...places, ...added, ...(this.#jump === undefined ? [] : [['ProxyJump', this.#jump.at]])]);
  }

  /** Whether IgnoreUnknown passes over a keyword that is not known, in lower case. */
  passesOver(name: string): boolean {
    const patterns = this.#one.get('IgnoreUnknown')?.value;
    return patterns !== undefined && matchesPatternList(lowerCase(patterns), name);
  }

  /** Follows a line that counts. `fromUser`: not of the system's configuration. Fails with `bad-input` beyond ssh's limits. */
  follow(statement: Setting, fromUser: boolean): Result<void> {
    const { keyword, effect, at, text } = statement;
    if (!keyword.used && !this.#notUsed.has(keyword.name)) this.#notUsed.set(keyword.name, { keyword: keyword.name, text, at });
    if (effect.kind === 'one' && effect.value !== undefined) this.#first(keyword.name, effect.value, at);
    if (effect.kind === 'forward-agent') {
      this.#first(keyword.name, 'yes', at);
      this.#first(`${keyword.name} path`, effect.path, at);
    }
    if (effect.kind === 'jump') this.#followJump(effect, at);
    if (effect.kind === 'more') return this.#add(keyword.name, { value: effect.value, at, fromUser });
    return effect.kind === 'several' ? this.#firstLine(keyword.name, effect.values, at) : ok(undefined);
  }

  /** Lets no later line say anything of some keywords that have one value: ssh has settled them. */
  close(...keywords: readonly string[]): void {
    for (const keyword of keywords) this.#closed.add(keyword);
  }

  #first(name: string, value: string, at: string): void {
    if (!this.#one.has(name) && !this.#closed.has(name)) this.#one.set(name, { value, at });
  }

  #firstLine(name: string, values: readonly string[], at: string): Result<void> {
    if (values.length === 0 || this.#several.has(name)) return ok(undefined);
    if (values.length > MOST_VALUES) return fail('bad-input', `${name} has more than ${MOST_VALUES} arguments`, { at });
    this.#several.set(name, { value: values, at });
    return ok(undefined);
  }

  /** The same file twice counts once, but for one of the user's and one of the system's. */
  #add(name: string, said: Said<string> & { readonly fromUser: boolean }): Result<void> {
    const list = this.#more.get(name) ?? [];
    if (list.length >= MOST_FILES) return fail('bad-input', `there are more than ${MOST_FILES} of ${name}`, { at: said.at });
    if (list.some((known) => known.value === said.value && known.fromUser === said.fromUser)) return ok(undefined);
    this.#more.set(name, [...list, said]);
    return ok(undefined);
  }

  /** Of ProxyJump and ProxyCommand the first counts; `ProxyJump none` leaves a ProxyCommand its place. */
  #followJump(effect: Extract<Effect, { kind: 'jump' }>, at: string): void {
    const isTaken = effect.hops.length > 0 && this.#one.has('ProxyCommand');
    if (this.#jump === undefined && !isTaken) this.#jump = { value: effect, at };
  }
}

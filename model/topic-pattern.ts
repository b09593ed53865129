/** The most that MQTT allows (5.0 §1.5.4), and the deepest that brokers commonly take. */
const MAX_BYTES = 65_535;
const MAX_LEVELS = 100;

/** Whether a topic filter (MQTT 5.0 §4.7) matches: `+` stands for one level, `#` at the end for any number of them. */
export function matchesTopic(filter: string, topic: string): boolean {
  return matchLevels(filter.split('/'), topic);
}

/** Whether every topic that `filter` matches is matched by `wider` too. */
export function coversFilter(wider: string, filter: string): boolean {
  const wide = wider.split('/');
  const narrow = filter.split('/');
  if (wide[0] !== '$share' && startsWithWildcard(wide) && filter.startsWith('$')) return false;
  for (let i = 0; i < wide.length; i++) {
    if (wide[i] === '#') return true;
    if (i >= narrow.length || narrow[i] === '#') return false;
    if (wide[i] !== '+' && wide[i] !== narrow[i]) return false;
  }
  return wide.length === narrow.length;
}

/** What is wrong with a topic filter; null where nothing is. */
export function filterProblem(filter: string): string | null {
  if (filter === '' || Buffer.byteLength(filter) > MAX_BYTES) return `must have 1 to ${MAX_BYTES} bytes`;
  if (filter.includes('\u0000')) return 'must not hold a zero character';
  const levels = filter.split('/');
  if (levels.length > MAX_LEVELS) return `must have at most ${MAX_LEVELS} levels`;
  for (const [i, level] of levels.entries()) {
    if (level === '#' && i !== levels.length - 1) return '# may only be the last level';
    if (level.length > 1 && /[+#]/.test(level)) return `${level}: + and # stand for a whole level`;
  }
  return null;
}

/**
 * A topic filter whose wildcards may have names: `fleet/{terminal}/position` is subscribed to as `fleet/+/position`, and what
 * stands there is the terminal.
 */
export class TopicPattern {
  /** As a broker understands it. */
  readonly filter: string;
  readonly #levels: readonly string[];
  readonly #names: readonly { name: string; level: number }[];

  /** Throws RangeError where the pattern is none. */
  constructor(readonly text: string) {
    const levels = text.split('/');
    this.#names = levels.flatMap((level, i) => {
      const name = /^\{([a-z][A-Za-z0-9]{0,31})\}$/.exec(level)?.[1];
      return name === undefined ? [] : [{ name, level: i }];
    });
    this.#levels = levels.map((level) => (/^\{.*\}$/.test(level) ? '+' : level));
    this.filter = this.#levels.join('/');
    const named = levels.filter((level) => /[{}]/.test(level)).length;
    const problem = filterProblem(this.filter);
    if (problem !== null) throw new RangeError(problem);
    if (named !== this.#names.length) throw new RangeError('a name in braces is a whole level: {terminal}');
    if (new Set(this.names).size !== named) throw new RangeError('a name is there twice');
  }

  get names(): string[] {
    return this.#names.map(({ name }) => name);
  }

  /** What stands at the named levels; null where the topic is another. */
  match(topic: string): Record<string, string> | null {
    if (!matchLevels(this.#levels, topic)) return null;
    const levels = topic.split('/');
    return Object.fromEntries(this.#names.map(({ name, level }) => [name, levels[level]]));
  }
}

/** `{name}` replaced by what `match` gave for it. */
export function fillTopic(template: string, names: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => names[name] ?? whole);
}

function matchLevels(wanted: readonly string[], topic: string): boolean {
  // A wildcard in front does not reach the topics of the broker itself (MQTT 5.0 §4.7.2).
  if (topic.startsWith('$') && startsWithWildcard(wanted)) return false;
  const levels = topic.split('/');
  const open = wanted[wanted.length - 1] === '#';
  const fixed = open ? wanted.length - 1 : wanted.length;
  if (open ? levels.length < fixed : levels.length !== fixed) return false;
  for (let i = 0; i < fixed; i++) if (wanted[i] !== '+' && wanted[i] !== levels[i]) return false;
  return true;
}

function startsWithWildcard(levels: readonly string[]): boolean {
  return levels[0] === '+' || levels[0] === '#';
}

import { DATUMS, type Datum } from '../../model/datum.js';
import { coversFilter, fillTopic, filterProblem, TopicPattern } from '../../model/topic-pattern.js';
import { SPEED_UNITS, type SpeedUnit } from '../../model/units.js';
import { payloadCodecs } from '../../protocols/mqtt/index.js';
import type { PayloadCodec } from '../../protocols/mqtt/payload.js';

/** Frames of JT/T 808 as they are: not a payload of positions but a conversation (jt808-links.ts). */
export const FRAMES = 'jt808';
const FRAME_TOPIC = 'jt808-frames/{terminal}/up';
const FRAME_DOWN = 'jt808-frames/{terminal}/dn';

/** One line of the settings: what is published where, and how it is written. */
export interface TopicSetting {
  /** A topic filter whose wildcards may have names: `fleet/{terminal}/position`. */
  topic: string;
  codec: string;
  /** Of coordinates that do not say it themselves. */
  datum?: string;
  /** What speeds are in, of payloads that do not say it; km/h where absent. */
  speedUnit?: string;
  /** Where answers and commands go, by the names in `topic`; '' for none. */
  down?: string;
}

export interface TopicRoute {
  pattern: TopicPattern;
  /** null: frames of JT/T 808. */
  codec: PayloadCodec | null;
  codecName: string;
  datum: Datum | undefined;
  speedUnit: SpeedUnit | undefined;
  down: string | null;
}

export const CODEC_NAMES: readonly string[] = [...payloadCodecs.map(({ name }) => name), FRAMES];

/** What is taken where the settings say nothing: every codec on its usual topics. */
export const DEFAULT_TOPICS: readonly TopicSetting[] = [
  ...payloadCodecs.flatMap(({ name, topics }) => topics.map((topic) => ({ topic, codec: name }))),
  { topic: FRAME_TOPIC, codec: FRAMES },
];

const MAX_ROUTES = 200;

/** The lines of the settings in force, checked. Throws RangeError that says which line and why. */
export function topicRoutes(settings: readonly TopicSetting[]): TopicRoute[] {
  if (settings.length > MAX_ROUTES) throw new RangeError(`at most ${MAX_ROUTES} topics`);
  return settings.map((setting, i) => {
    try {
      return routeOf(setting);
    } catch (error) {
      throw new RangeError(`entry ${i + 1}, ${setting.topic}: ${(error as Error).message}`);
    }
  });
}

function routeOf({ topic, codec: codecName, datum, speedUnit, down }: TopicSetting): TopicRoute {
  const pattern = new TopicPattern(topic);
  if (pattern.filter.startsWith('$')) throw new RangeError('topics of the broker itself are not read');
  const codec = payloadCodecs.find(({ name }) => name === codecName) ?? null;
  if (codec === null && codecName !== FRAMES) {
    throw new RangeError(`there is no codec ${codecName}; there are ${CODEC_NAMES.join(', ')}`);
  }
  const named = pattern.names.includes('terminal');
  if (named && codec?.namesByTopic === false) {
    throw new RangeError(`payloads of ${codecName} name their terminal themselves; call that level something else`);
  }
  if (datum !== undefined && !DATUMS.includes(datum as Datum)) {
    throw new RangeError(`there is no datum ${datum}; there are ${DATUMS.join(', ')}`);
  }
  if (speedUnit !== undefined && !SPEED_UNITS.includes(speedUnit as SpeedUnit)) {
    throw new RangeError(`there is no unit of speed ${speedUnit}; there are ${SPEED_UNITS.join(', ')}`);
  }
  if (speedUnit !== undefined && !codec?.speedsWithoutUnit) {
    throw new RangeError(`speedUnit: what speeds of ${codecName} are in is fixed`);
  }
  const usual = codec === null ? FRAME_DOWN : codec.down;
  const template = down ?? (fits(usual, pattern) ? usual : '') ?? '';
  if (!fits(template, pattern)) throw new RangeError(`down ${template}: its names must be those of the topic`);
  return {
    ...{ pattern, codec, codecName, datum: datum as Datum | undefined, speedUnit: speedUnit as SpeedUnit | undefined },
    down: template === '' ? null : template,
  };
}

/** True where every name of the template is one of the pattern, and what comes out is a topic. */
function fits(template: string | undefined, pattern: TopicPattern): boolean {
  if (template === undefined || template === '') return true;
  const filled = fillTopic(template, Object.fromEntries(pattern.names.map((name) => [name, 'x'])));
  return !/[{}+#]/.test(filled) && filterProblem(filled) === null;
}

/** A route that a topic took, and what stands at its named levels. */
export interface Routed {
  route: TopicRoute;
  names: Readonly<Record<string, string>>;
  /** Where answers and commands go; null for nowhere. */
  down: string | null;
}

/** Topics whose route is remembered; beyond it all are looked for anew. */
const MAX_REMEMBERED = 50_000;

/** Which route a topic takes: the first in the order of the settings. */
export class RouteTable {
  readonly #known = new Map<string, Routed | null>();

  constructor(readonly routes: readonly TopicRoute[]) {}

  /** To subscribe to: none that another of them covers, or messages would come twice. */
  get filters(): string[] {
    const all = [...new Set(this.routes.map(({ pattern }) => pattern.filter))];
    return all.filter((filter) => !all.some((wider) => wider !== filter && coversFilter(wider, filter)));
  }

  /** Topics that we may publish on, as filters. */
  get downFilters(): string[] {
    const downs = this.routes.flatMap(({ down }) => (down === null ? [] : [down.replace(/\{\w+\}/g, '+')]));
    return [...new Set(downs)];
  }

  find(topic: string): Routed | null {
    let routed = this.#known.get(topic);
    if (routed === undefined) {
      routed = this.#lookUp(topic);
      if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
      this.#known.set(topic, routed);
    }
    return routed;
  }

  #lookUp(topic: string): Routed | null {
    for (const route of this.routes) {
      const names = route.pattern.match(topic);
      if (names === null) continue;
      return { route, names, down: route.down === null ? null : fillTopic(route.down, names) };
    }
    return null;
  }
}

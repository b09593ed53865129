import type { WeatherKind } from './weather.js';

/** Who a limit is for, and which way along the line: OpenStreetMap's own names of tags. */
const WHOM = [
  '',
  ':motor_vehicle',
  ':motorcar',
  ':taxi',
  ':psv',
  ':bus',
  ':coach',
  ':tourist_bus',
  ':hgv',
  ':hazmat',
] as const;
const WAYS = ['', ':forward', ':backward'] as const;

export type Whom = (typeof WHOM)[number];
export type LimitTag = `maxspeed${Whom}${(typeof WAYS)[number]}`;

export const LIMIT_TAGS: readonly LimitTag[] = WHOM.flatMap((whom) =>
  WAYS.map((way): LimitTag => `maxspeed${whom}${way}`),
);

export type ConditionalTag = `${LimitTag}:conditional`;

export function conditionalTag(tag: LimitTag): ConditionalTag {
  return `${tag}:conditional`;
}

/** On which days, and when on them; later ones overrule earlier ones on the days that they are about. Beijing time. */
export interface HoursRule {
  /** 1 Monday … 7 Sunday; all where absent. */
  weekdays?: readonly number[];
  /** First and last date, month and day as one number: 1231. All where absent; one after the other goes over New Year. */
  dates?: readonly [number, number];
  /** From … until before …, minutes after midnight, over 1440 on the next day; none: not on these days. */
  hours: readonly (readonly [number, number])[];
}

export type LimitCondition =
  | { hours: readonly HoursRule[] }
  /** Any of these is declared there. */
  | { weather: readonly WeatherKind[] }
  /** As it is written, where nobody here can say whether it holds, such as a weight. */
  | { unknown: string };

/** A clause of a conditional tag, such as `60 @ (22:00-06:00)`. */
export interface ConditionalLimit {
  /** As it is written. */
  text: string;
  /** km/h; null: none, or one that stands on the sign of the moment. */
  kmh: number | null;
  /** All of them must hold. */
  when: readonly LimitCondition[];
}

/** The set of a road whose owner names none. */
export const USUAL_ROAD_SET = 'roads';

/** A road with what is stated of its limits. */
export interface Road {
  /** Unique among all roads, such as `way/4080123`. */
  id: string;
  /** What was imported together, and is replaced or removed together. */
  set: string;
  /** Catalog revision at which this form came into force. */
  revision: number;
  name: string | null;
  /** What it is, by OpenStreetMap's values of `highway`; null where nobody says. */
  highway: string | null;
  /** Driven only as its line runs, or only against it; null: both ways. */
  oneWay: 'forward' | 'backward' | null;
  /** km/h as stated; null: stated that there is none. */
  limits: Partial<Record<LimitTag, number | null>>;
  /** Of `maxspeed:conditional` and its forms, by the tag without that word; the last clause that holds counts. Absent where there are none. */
  conditional?: Partial<Record<LimitTag, readonly ConditionalLimit[]>>;
  /** Each line as lon, lat, lon, lat …, WGS-84; longitudes go on beyond ±180 where it passes 180°. */
  lines: readonly (readonly number[])[];
}

export function verticesOf({ lines }: Pick<Road, 'lines'>): number {
  return lines.reduce((sum, line) => sum + line.length / 2, 0);
}

/** The conditional tags as they were written, without what names no limit. */
export function conditionalTexts({
  conditional = {},
}: Pick<Road, 'conditional'>): Partial<Record<ConditionalTag, string>> {
  return Object.fromEntries(
    LIMIT_TAGS.flatMap((tag) => {
      const clauses = conditional[tag];
      return clauses ? [[conditionalTag(tag), clauses.map(({ text }) => text).join('; ')]] : [];
    }),
  );
}

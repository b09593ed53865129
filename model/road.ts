/** Who a limit is for, and which way along the line: OpenStreetMap's own names of tags. */
const WHOM = ['', ':hgv', ':bus', ':coach', ':hazmat'] as const;
const WAYS = ['', ':forward', ':backward'] as const;

export type LimitTag = `maxspeed${(typeof WHOM)[number]}${(typeof WAYS)[number]}`;

export const LIMIT_TAGS: readonly LimitTag[] = WHOM.flatMap((whom) =>
  WAYS.map((way): LimitTag => `maxspeed${whom}${way}`),
);

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
  /** Each line as lon, lat, lon, lat …, WGS-84; longitudes go on beyond ±180 where it passes 180°. */
  lines: readonly (readonly number[])[];
}

export function verticesOf({ lines }: Pick<Road, 'lines'>): number {
  return lines.reduce((sum, line) => sum + line.length / 2, 0);
}

import type { MultiPolygon, Polygon } from 'geojson';

/** `ice`: ice, snow or mud lies on the roads; the others are in the air. */
export const WEATHER_KINDS = ['rain', 'fog', 'snow', 'hail', 'dust', 'ice'] as const;

export type WeatherKind = (typeof WEATHER_KINDS)[number];

/** Weather as somebody declares it: what it is like, where, and for how long. */
export interface WeatherInput {
  kind: WeatherKind;
  /** Metres that one can see; null where that is not said. */
  visibility: number | null;
  /** km/h, where the police or the road's owner order a limit of their own; null: only what the law says. */
  limit: number | null;
  area: Polygon | MultiPolygon;
  /** Epoch ms, by the time of fixes: from … until before …; null: until it is removed. */
  from: number;
  to: number | null;
  note: string | null;
}

export interface Weather extends WeatherInput {
  id: string;
  /** Catalog revision at which this form came into force. */
  revision: number;
  /** Epoch ms. */
  createdAt: number;
  updatedAt: number;
}

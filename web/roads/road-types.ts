import type { ConditionalTag, LimitTag } from '../../model/road.js';

/** Items of `GET /v1/roads`: a line with the tags that say what is known of it (docs/roads.md). */
export interface RoadFeature {
  type: 'Feature';
  id: string;
  geometry: GeoJSON.LineString | GeoJSON.MultiLineString;
  properties: {
    name?: string;
    highway?: string;
    oneway: 'yes' | 'no' | '-1';
  } & Partial<Record<LimitTag, number | 'none'> & Record<ConditionalTag, string>>;
  set: string;
  revision: number;
}

/** Items of `GET /v1/road-sets`. */
export interface RoadSetJson {
  set: string;
  roads: number;
  revision: number;
}

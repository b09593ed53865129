import type { ApiDeps, ApiOptions } from './deps.js';
import type { ApiMetrics } from './metrics.js';
import type { PlaceIndex } from './place-index.js';
import type { AlertNews } from './stream/news.js';
import type { VehicleJson } from './vehicle-json.js';

/** What the route files share. */
export interface App {
  deps: ApiDeps;
  options: ApiOptions;
  metrics: ApiMetrics;
  vehicles: VehicleJson;
  places: PlaceIndex;
  alertNews: AlertNews;
  /** Wall clock, epoch ms. */
  now(): number;
  /** Tells the stream that the registry's word on vehicle `no` changed; `goneId` where it was deleted. */
  registryChanged(no: number, goneId?: string): void;
}

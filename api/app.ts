import type { ApiDeps, ApiOptions } from './deps.js';
import type { FenceReader } from './fences/fence-reader.js';
import type { ApiMetrics } from './metrics.js';
import type { AlertTexts } from './stream/alert-texts.js';
import type { HttpWaits } from './stream/http-waits.js';
import type { Views } from './stream/view.js';
import type { PlaceIndex } from './vehicles/place-index.js';
import type { VehicleJson } from './vehicles/vehicle-json.js';

/** What the route files share. */
export interface App {
  deps: ApiDeps;
  options: ApiOptions;
  metrics: ApiMetrics;
  vehicles: VehicleJson;
  places: PlaceIndex;
  alertTexts: AlertTexts;
  waits: HttpWaits;
  fenceReader: FenceReader;
  /** Views of the live map. */
  views: Views;
  /** Wall clock, epoch ms. */
  now(): number;
  /** Tells the stream that the registry's word on vehicle `no` changed; `goneId` where it was deleted. */
  registryChanged(no: number, goneId?: string): void;
}

import type { ApiOptions } from '../api/deps.js';
import type { Settings } from '../config.js';
import { productVersion } from './product-version.js';

/** What the settings say of the API, the same at every node. */
export function apiOptions(settings: Settings) {
  return {
    version: productVersion(),
    host: settings.httpHost,
    onlineMs: settings.onlineSeconds * 1000,
    vesselOnlineMs: settings.vesselOnlineSeconds * 1000,
    allowedOrigins: settings.allowedOrigins,
  } satisfies Partial<ApiOptions>;
}

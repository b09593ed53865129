/** What the page tells of itself, as `window.__cheji`, to whoever watches it from outside, such as its tests. */
export interface PageReport {
  ready: boolean;
  /** The stream is open. */
  connected: boolean;
  /** Vehicles drawn one by one on the map. */
  vehicles(): number;
  /** Alerts known to the page. */
  alerts(): number;
}

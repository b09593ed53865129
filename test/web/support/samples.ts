import type { LivePosition } from '../../../client/index.js';
import type { Alert } from '../../../model/alert.js';
import { UNTOUCHED } from '../../../model/alert-life.js';
import type { PositionJson } from '../../../model/position.js';
import type { LiveStats } from '../../../model/stats.js';
import type { FenceFeature, VehicleJson } from '../../../web/api-types.js';
import { MIDDLE } from './browser.js';

/** One fence of each shape, around the middle of the mock town. */
export const FENCES: FenceFeature[] = [
  {
    type: 'Feature',
    id: 'f-station',
    geometry: { type: 'Point', coordinates: [120.301, 31.584] },
    properties: { name: '火车站限速区', radius: 900, rules: [{ type: 'overspeed', limit: 40 }] },
    revision: 1,
  },
  {
    type: 'Feature',
    id: 'f-old-town',
    geometry: {
      type: 'Polygon',
      coordinates: [
        [
          [120.285, 31.555],
          [120.318, 31.552],
          [120.326, 31.57],
          [120.302, 31.578],
          [120.283, 31.57],
          [120.285, 31.555],
        ],
        [
          [120.298, 31.56],
          [120.306, 31.56],
          [120.306, 31.567],
          [120.298, 31.567],
          [120.298, 31.56],
        ],
      ],
    },
    properties: {
      name: '老城区禁行',
      rules: [{ type: 'enter' }, { type: 'exit' }],
      hours: { from: '07:00', to: '09:30' },
    },
    revision: 2,
  },
  {
    type: 'Feature',
    id: 'f-route',
    geometry: {
      type: 'LineString',
      coordinates: [
        [120.24, 31.545],
        [120.27, 31.55],
        [120.283, 31.585],
        [120.33, 31.6],
        [120.37, 31.597],
      ],
    },
    properties: { name: '1 号公交走廊', width: 400, rules: [{ type: 'exit' }] },
    revision: 3,
  },
];

export function position(vehicleId: string, at: string, lon: number, lat: number, speed: number | null): PositionJson {
  return {
    vehicleId,
    time: at,
    receivedAt: at,
    lon,
    lat,
    speed,
    heading: 45,
    altitude: 8,
    alarm: 0,
    status: 3,
    mileage: null,
    source: 'jt808',
    quality: [],
  };
}

/** A vehicle in the middle of the test view that has just reported, unless `changes` says otherwise. */
export function livePosition(vehicleId: string, changes: Partial<LivePosition> = {}): LivePosition {
  return {
    ...position(vehicleId, new Date().toISOString(), MIDDLE.lon, MIDDLE.lat, 40),
    plate: null,
    category: 'taxi',
    online: true,
    ...changes,
  };
}

let alertsMade = 0;

/** An overspeed alert with its evidence, unless `changes` says otherwise. */
export function alert(vehicleId: string, changes: Partial<Alert> = {}): Alert {
  const at = new Date().toISOString();
  const fix = { time: at, lon: 120.3, lat: 31.58, speed: 63.4, seq: 4711 };
  return {
    id: `alert${String(++alertsMade).padStart(21, 'a')}`,
    type: 'overspeed',
    severity: 'warning',
    state: 'raised',
    vehicleId,
    plate: '苏B12345',
    fenceId: 'f-station',
    ruleId: 'f-station:overspeed',
    ruleRevision: 3,
    occurredAt: at,
    detectedAt: at,
    clearedAt: null,
    clearReason: null,
    position: position(vehicleId, at, fix.lon, fix.lat, fix.speed),
    evidence: {
      fixes: { onset: { ...fix, speed: 51.2, seq: 4709 }, peak: fix, deciding: fix },
      checks: [
        { what: 'speed', value: 63.4, is: '>', threshold: 40, unit: 'km/h', result: true },
        { what: 'duration', value: 12, is: '>', threshold: 10, unit: 's', result: true },
      ],
      peakSpeed: 63.4,
      fixesOver: 13,
    },
    company: null,
    region: null,
    ...UNTOUCHED,
    revision: 1,
    ...changes,
  };
}

/** As the server knows a terminal that has only just come. */
export function newVehicle(id: string): VehicleJson {
  return {
    id,
    plate: null,
    plateColor: 1,
    category: 'other',
    company: null,
    region: null,
    terminals: [{ protocol: 'jt808', number: id }],
    online: true,
    lastSeen: null,
    position: null,
  };
}

/** Counters of a server that has stored and judged `accepted` fixes, all of JT/T 808. */
export function liveStats(accepted: number, vehicles: number): LiveStats {
  return {
    since: '2026-03-01T00:00:00Z',
    frames: { received: accepted, handled: accepted, rejected: {} },
    fixes: { received: accepted, accepted, pending: 0, rejected: {}, bySource: { jt808: accepted } },
    log: { accepted, lastSeq: accepted, bytes: 48e6, quotaBytes: 20e9, state: 'ok' },
    store: {
      state: 'ready',
      storedNew: accepted,
      duplicate: 0,
      conflict: 0,
      quarantined: 0,
      missed: 0,
      watermark: accepted,
      inSpool: 0,
      lagSeconds: 0,
    },
    engine: {
      evaluated: accepted,
      notEvaluable: {},
      watermark: accepted,
      inSpool: 0,
      stepFailures: {},
      alerts: { overspeed: 3 },
      clocksGivenUp: 0,
    },
    connections: {
      open: vehicles,
      authenticated: vehicles,
      accepted: vehicles,
      closed: { idle: 2 },
      authFailures: 0,
      pauses: { spool: 0, rate: 0 },
      waiting: { frames: 0, bytes: 0 },
    },
    ackLatency: { boundsSeconds: [0.001, 0.01], counts: [60, 39, 1], sumSeconds: 0.5 },
    uploads: {},
    media: {
      open: 0,
      memoryBytes: 0,
      memoryLimitBytes: 1e6,
      complete: 0,
      incomplete: 0,
      parts: {},
      asked: 0,
      diskFailures: 0,
      attachments: {},
      files: { count: 0, bytes: 0, deleted: 0, deletedBytes: 0 },
    },
    mqtt: {
      broker: 'off',
      state: 'off',
      detail: '',
      clients: 0,
      messages: { received: 0, handled: 0, rejected: {}, byCodec: {}, repeated: 0, retained: 0 },
      events: {},
      unacknowledged: 0,
      pauses: 0,
      connects: 0,
      refused: {},
    },
    alertsOut: null,
    positionsOut: { published: 0, failed: 0, waiting: 0 },
    files: { done: 0, failed: 0, received: 0, taken: 0, refused: 0, pending: 0, waits: 0 },
    dialOut: { sources: 0, dialled: 0, connecting: 0, connected: 0, ended: {}, pauses: 0 },
    datagrams: { received: 0, taken: 0, lost: 0 },
    vehicles: { known: vehicles, online: vehicles },
    stream: { clients: 1, subscriptions: 2 },
  };
}

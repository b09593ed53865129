import type { Pool } from 'pg';
import type { AuditSource, FrameSource, HistorySource } from '../api/deps.js';
import type { TravelSource } from '../api/sources/travel-source.js';
import type { UploadSource } from '../api/sources/upload-source.js';
import { StoredAudit } from '../store/audit.js';
import { History } from '../store/history.js';
import { RawFrames } from '../store/raw-frames.js';
import { StoredUploads } from '../store/stored-uploads.js';
import { Travel } from '../store/travel.js';
import { travelSums } from '../store/travel-sums.js';

/** What the API reads from the database. All of it rejects as `pool` throws: with DatabaseAwayError while there is none. */
export class DatabaseReads {
  readonly #pool: () => Pool;
  readonly history: HistorySource = {
    track: (vehicleNo, from, to) => this.#history().track(vehicleNo, from, to),
    before: async (vehicleNo, time, since, limit) => this.#history().before(vehicleNo, time, since, limit),
    alerts: async (filter) => this.#history().alerts(filter),
    alert: async (id) => this.#history().alert(id),
    alertsById: async (ids) => this.#history().alertsById(ids),
    alertSteps: async (id, after, limit) => this.#history().alertSteps(id, after, limit),
    commands: async (filter) => this.#history().commands(filter),
    command: async (id) => this.#history().command(id),
  };
  readonly uploads: UploadSource = {
    list: async (filter) => new StoredUploads(this.#pool()).list(filter),
    one: async (id) => new StoredUploads(this.#pool()).one(id),
  };
  readonly audit: AuditSource = { list: async (filter) => new StoredAudit(this.#pool()).list(filter) };
  readonly frames: FrameSource = { list: async (filter) => new RawFrames(this.#pool()).list(filter) };
  readonly travel: TravelSource = {
    journey: async (vehicleNo, from, to, limit) => this.#travel().journey(vehicleNo, from, to, limit),
    sums: async (query) => travelSums(this.#pool(), query),
    placesIn: (bounds, from, to, afterVehicle) => this.#travel().placesIn(bounds, from, to, afterVehicle),
    reportsIn: (bounds, from, to) => this.#travel().reportsIn(bounds, from, to),
    hasBetween: async (spans) => this.#travel().hasBetween(spans),
  };

  constructor(pool: () => Pool) {
    this.#pool = pool;
  }

  #history(): History {
    return new History(this.#pool());
  }

  #travel(): Travel {
    return new Travel(this.#pool());
  }
}

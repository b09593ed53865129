import { createHash } from 'node:crypto';
import type { SourceName } from '../model/source.js';
import { count, type Tally } from '../model/stats.js';
import type { Upload, UploadFact } from '../model/upload.js';
import type { Vehicle } from '../model/vehicle.js';

/** A report that names no time, sent again within this, is the same report. */
const AGAIN_MS = 10 * 60_000;

/** The side of the registry that uploads need. */
export interface UploadLog {
  recordUpload(upload: Upload): void;
}

/** Where what terminals report besides fixes enters the log. A reply that says so waits for the record. */
export class Uploads {
  /** Since the process started, by kind. */
  readonly counts: Tally = {};

  constructor(private readonly log: UploadLog) {}

  /** `receivedTime`: epoch ms. */
  take(fact: UploadFact, vehicle: Vehicle, source: SourceName, receivedTime: number): void {
    const { kind, content } = fact;
    const time = isPlausible(fact.time, receivedTime) ? fact.time : receivedTime;
    const id = uploadId(vehicle.id, fact, receivedTime);
    this.record({ id, vehicleNo: vehicle.no, vehicleId: vehicle.id, kind, time, receivedTime, source, content });
  }

  record(upload: Upload): void {
    this.log.recordUpload(upload);
    count(this.counts, upload.kind);
  }
}

/** 32 hexadecimal digits; equal for equal reports (docs/decisions/0007-uploads-are-changes.md). */
function uploadId(vehicleId: string, { kind, content, serial, time }: UploadFact, receivedTime: number): string {
  const when = Number.isFinite(time) ? `t${time}` : `r${Math.floor(receivedTime / AGAIN_MS)}`;
  const parts = [vehicleId, kind, serial, when, JSON.stringify(content)];
  return createHash('sha256').update(parts.join('\x1f'), 'utf8').digest('hex').slice(0, 32);
}

/** As for fixes: from 2010 on, at most a day ahead of our clock. A time that is none is kept in the content only. */
function isPlausible(time: number, now: number): boolean {
  return time >= EARLIEST && time <= now + 86_400_000;
}

const EARLIEST = Date.UTC(2010, 0, 1);

import type { Pool } from 'pg';
import { ask } from './ask.js';

/** The frame that a fix came in. */
export interface RawFrame {
  /** Of the fix, epoch ms by the terminal's clock. */
  fixTime: number;
  /** Epoch ms by our clock. */
  receivedTime: number;
  /** model/source.ts */
  source: number;
  subSeq: number;
  bytes: Uint8Array;
}

/** Place of a frame in the track of its vehicle. */
export type FramePlace = Pick<RawFrame, 'fixTime' | 'source' | 'subSeq'>;

/** Frames that were kept (CHEJI_KEEP_RAW), as the database has them. Rejects with DatabaseAwayError where it cannot be asked. */
export class RawFrames {
  constructor(readonly pool: Pool) {}

  /** At most `limit` of one vehicle whose fix has from ≤ fixTime < to (epoch ms), oldest first, after `after` where given. */
  async list(filter: {
    vehicleNo: number;
    from: number;
    to: number;
    after?: FramePlace;
    limit: number;
  }): Promise<RawFrame[]> {
    const { vehicleNo, from, to, after = { fixTime: from, source: -1, subSeq: -1 }, limit } = filter;
    const rows = await ask<{ time: Date; received_at: Date; source: number; sub_seq: number; raw: Buffer }>(this.pool, {
      text: `select time, received_at, source, sub_seq, raw from all_positions
             where vehicle_no = $1 and time >= $2 and time < $3 and (time, source, sub_seq) > ($2, $4, $5) and raw is not null
             order by time, source, sub_seq limit $6`,
      values: [vehicleNo, isoTime(after.fixTime), isoTime(to), after.source, after.subSeq, limit],
    });
    return rows.map(({ time, received_at, source, sub_seq, raw }) => ({
      fixTime: time.getTime(),
      receivedTime: received_at.getTime(),
      source,
      subSeq: sub_seq,
      bytes: raw,
    }));
  }
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

import { csvHeader, csvRows } from '../../api/track/csv.js';
import type { TrackContext } from '../../api/track/format.js';
import { geojsonTrack } from '../../api/track/geojson.js';
import { GPX_HEAD, GPX_TAIL, gpxTrk } from '../../api/track/gpx.js';
import { trackRows, trackTable } from '../../api/track/parquet.js';
import { copyOfFix, type Fixes } from '../../model/fixes.js';
import type { Position } from '../../model/position.js';
import { RECORD_SEPARATOR } from '../../model/record-separator.js';
import type { Vehicle } from '../../model/vehicle.js';

type Chunk = string | Uint8Array;
type Batches = AsyncIterable<Fixes>;

/** A file of the tracks of many vehicles, one after the other. */
export interface TrackFile {
  /** The file is whole after every vehicle, so that writing may go on there another time. */
  resumable: boolean;
  begin(): Promise<Chunk>;
  /** One vehicle's track; at least one fix. */
  vehicle(vehicle: Vehicle, batches: Batches): AsyncIterable<Chunk>;
  end(): Promise<Chunk>;
}

export const TRACK_FILES: Record<string, () => TrackFile> = {
  csv: () => ({
    resumable: true,
    begin: csvHeader,
    vehicle: (vehicle, batches) => csvRows(batches, vehicle),
    end: async () => '',
  }),
  geojson: () => {
    let separator = '';
    return {
      resumable: false,
      begin: async () => '{"type":"FeatureCollection","features":[\n',
      async *vehicle(vehicle, batches) {
        for await (const day of days(batches)) {
          yield separator;
          yield* feature(vehicle, day);
          separator = ',\n';
        }
      },
      end: async () => '\n]}\n',
    };
  },
  geojsonseq: () => ({
    resumable: true,
    begin: async () => '',
    async *vehicle(vehicle, batches) {
      for await (const day of days(batches)) {
        yield RECORD_SEPARATOR;
        yield* feature(vehicle, day);
        yield '\n';
      }
    },
    end: async () => '',
  }),
  gpx: () => ({
    resumable: false,
    begin: async () => GPX_HEAD,
    vehicle: (vehicle, batches) => gpxTrk(batches, vehicle),
    end: async () => GPX_TAIL,
  }),
  parquet: () => {
    const table = trackTable();
    return {
      resumable: false,
      begin: async () => '',
      async *vehicle(vehicle, batches) {
        for await (const batch of batches) yield table.add(trackRows(batch, vehicle));
      },
      end: () => table.finish(),
    };
  },
};

const DAY_MS = 86_400_000;

/** A Feature holds its track whole, so each has one UTC day at most. */
async function* days(batches: Batches): AsyncIterable<Position[]> {
  let day: Position[] = [];
  for await (const batch of batches) {
    for (const p of batch) {
      if (day.length > 0 && Math.floor(p.fixTime / DAY_MS) !== Math.floor(day[0].fixTime / DAY_MS)) {
        yield day;
        day = [];
      }
      day.push(copyOfFix(p));
    }
  }
  if (day.length > 0) yield day;
}

function feature(vehicle: Vehicle, fixes: Position[]): AsyncIterable<Chunk> {
  const context: TrackContext = {
    vehicle,
    from: fixes[0].fixTime,
    to: fixes[fixes.length - 1].fixTime,
    cut: () => null,
    extra: null,
    excel: false,
    datum: 'wgs84',
  };
  return geojsonTrack.write(single(fixes), context);
}

async function* single<T>(item: T): AsyncIterable<T> {
  yield item;
}

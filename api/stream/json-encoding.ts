import type { DrawnDatum } from '../../model/datum-shift.js';
import type { Vehicle } from '../../model/vehicle.js';
import { TextWriter } from '../output/text-writer.js';
import type { VehicleJson } from '../vehicles/vehicle-json.js';
import { type Cell, cellBox, type Encoding } from './encoding.js';
import type { SubscriptionId } from './messages.js';

/** Positions and densities as JSON text (contract §6). */
export class JsonEncoding implements Encoding {
  readonly binary = false;
  readonly separator = Buffer.from(',');
  readonly out = new TextWriter();

  constructor(
    readonly vehicles: VehicleJson,
    readonly datum: DrawnDatum = 'wgs84',
  ) {}

  writeItem(vehicle: Vehicle, now: number): void {
    this.vehicles.writeItem(this.out, vehicle, now, this.datum);
  }

  positions(id: SubscriptionId, snapshot: boolean, runs: readonly Buffer[], gone: readonly string[]): Buffer {
    const head = Buffer.from(`{"type":"positions","id":${JSON.stringify(id)},"snapshot":${snapshot},"items":[`);
    return Buffer.concat([head, ...runs, Buffer.from(`],"gone":${JSON.stringify(gone)}}`)]);
  }

  density(id: SubscriptionId, cells: readonly Cell[]): Buffer {
    const texts = cells.map((cell) => {
      const { count, moving, emergencies } = cell;
      return `{"bbox":[${cellBox(cell, this.datum)}],"count":${count},"moving":${moving},"emergencies":${emergencies}}`;
    });
    return Buffer.from(`{"type":"density","id":${JSON.stringify(id)},"cells":[${texts.join(',')}]}`);
  }
}

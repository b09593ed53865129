import type { Vehicle } from '../../model/vehicle.js';
import type { VehicleJson } from '../vehicle-json.js';
import type { Cell, Encoding } from './encoding.js';
import type { SubscriptionId } from './messages.js';

/** Positions and densities as JSON text (contract §6). */
export class JsonEncoding implements Encoding {
  readonly binary = false;
  readonly separator = Buffer.from(',');

  constructor(readonly vehicles: VehicleJson) {}

  item(vehicle: Vehicle, now: number): Buffer {
    const pieces: Buffer[] = [];
    this.vehicles.pushItem(vehicle, now, pieces);
    return Buffer.concat(pieces);
  }

  positions(id: SubscriptionId, snapshot: boolean, items: readonly Buffer[], gone: readonly string[]): Buffer {
    const head = Buffer.from(`{"type":"positions","id":${JSON.stringify(id)},"snapshot":${snapshot},"items":[`);
    return Buffer.concat([head, ...items, Buffer.from(`],"gone":${JSON.stringify(gone)}}`)]);
  }

  density(id: SubscriptionId, cells: readonly Cell[]): Buffer {
    const texts = cells.map(({ west, south, side, count, moving, emergencies }) => {
      const box = `[${west},${south},${west + side},${south + side}]`;
      return `{"bbox":${box},"count":${count},"moving":${moving},"emergencies":${emergencies}}`;
    });
    return Buffer.from(`{"type":"density","id":${JSON.stringify(id)},"cells":[${texts.join(',')}]}`);
  }
}

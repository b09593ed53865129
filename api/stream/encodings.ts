import type { DrawnDatum } from '../../model/datum-shift.js';
import type { Fleet } from '../../model/fleet.js';
import type { VehicleJson } from '../vehicles/vehicle-json.js';
import type { Encoding } from './encoding.js';
import { JsonEncoding } from './json-encoding.js';
import type { StreamFormat } from './messages.js';
import { ProtobufEncoding, protobufParts } from './protobuf-encoding.js';

/** The ways in which positions are written, each made when somebody first asks for it, and the same for all who do. */
export class Encodings {
  readonly #made = new Map<string, Encoding>();
  readonly #parts = protobufParts();

  constructor(
    readonly vehicles: VehicleJson,
    readonly fleet: Fleet,
  ) {}

  of(format: StreamFormat, datum: DrawnDatum): Encoding {
    const name = `${format} ${datum}`;
    let encoding = this.#made.get(name);
    if (!encoding) this.#made.set(name, (encoding = this.#make(format, datum)));
    return encoding;
  }

  #make(format: StreamFormat, datum: DrawnDatum): Encoding {
    if (format === 'json') return new JsonEncoding(this.vehicles, datum);
    return new ProtobufEncoding(this.vehicles, this.fleet, datum, this.#parts);
  }
}

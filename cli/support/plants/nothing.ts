import { SimulatedFleet } from '../fleet.js';
import { randomFrom } from '../random.js';
import { type Faults, onTheWay, throughTunnel } from './on-the-way.js';
import { type Planting, START } from './planting.js';
import { digits, type PlantedFix } from './track.js';

const STEP_S = 10;
const SETTLE_MS = 60_000;

/** A town's traffic in which nobody violates anything that is planted elsewhere: it drives, stops at lights, turns and parks. */
export function nothing(
  vehicles: number,
  seconds: number,
  seed: number,
  faults: Faults,
): Pick<Planting, 'vehicles' | 'fixes' | 'cards' | 'end'> {
  const random = randomFrom(seed);
  const fleet = new SimulatedFleet({ vehicles, seed, start: START });
  const fixes = fleet.vehicles.flatMap((vehicle) => {
    const track: PlantedFix[] = [];
    for (let at = 0; at <= seconds; at += STEP_S) {
      const { lon, lat, speedKmh, headingDeg, mileageKm } = vehicle.fixAt(at);
      const place = { x: 0, y: 0, lon: digits(lon), lat: digits(lat) };
      track.push({ at, clock: at, ...place, speedKmh, headingDeg, mileageKm, alarms: 0, located: true });
    }
    return onTheWay(throughTunnel(track, random, faults), vehicle.index, START, random, faults);
  });
  fixes.sort((a, b) => a.receivedTime - b.receivedTime || a.vehicleNo - b.vehicleNo);
  return {
    vehicles: fleet.vehicles.map(({ index, number, plate }) => ({ no: index, id: number, plate, category: 'taxi' })),
    fixes,
    cards: [],
    end: fixes[fixes.length - 1].receivedTime + SETTLE_MS,
  };
}

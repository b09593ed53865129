import { randomFrom } from '../../cli/support/random.js';
import { lonMetresPerDegree, METRES_PER_DEGREE } from '../../geo/distance.js';
import { ACC_KNOWN, ACC_ON, LOCATED, Position } from '../../model/position.js';

/** A square city of this size, degrees: about 38 × 44 km. */
const WEST = 120.1;
const SOUTH = 31.4;
const SIZE = 0.4;
const INTERVAL_S = 30;
/** Of a vehicle's time; it parks and drives by turns of some half hour. */
const PARKED = 0.4;
const TURN_S = 1800;

/** Where a bench's time begins: midnight in UTC, so that some hours are one partition. */
export const FLEET_START = Date.UTC(2025, 0, 1);

/**
 * A city's vehicles, each with a fix every 30 s or `intervalS`, in order of time: always the same for the same seed. The one Position
 * is used again and again.
 */
export function* cityFleet(
  vehicles: number,
  fixes: number,
  seed = 1,
  intervalS = INTERVAL_S,
): Generator<Position, undefined> {
  const next = randomFrom(seed);
  const lon = Float64Array.from({ length: vehicles }, () => WEST + next() * SIZE);
  const lat = Float64Array.from({ length: vehicles }, () => SOUTH + next() * SIZE);
  const heading = Float64Array.from({ length: vehicles }, () => Math.floor(next() * 360));
  const speed = Float64Array.from({ length: vehicles }, () => (next() < PARKED ? 0 : 20 + next() * 40));
  const mileage = new Float64Array(vehicles);
  const turnSteps = TURN_S / intervalS;
  const p = new Position();
  p.source = 1;
  for (let n = 0; n < fixes; n++) {
    const v = n % vehicles;
    const step = Math.floor(n / vehicles);
    if ((step + v) % turnSteps === 0) speed[v] = next() < PARKED ? 0 : 20 + next() * 40;
    if (next() < 0.1) heading[v] = (heading[v] + 270 + Math.floor(next() * 180)) % 360;
    const metres = (speed[v] * intervalS) / 3.6;
    const angle = (heading[v] * Math.PI) / 180;
    lon[v] = inside(lon[v] + (Math.sin(angle) * metres) / lonMetresPerDegree(lat[v]), WEST);
    lat[v] = inside(lat[v] + (Math.cos(angle) * metres) / METRES_PER_DEGREE, SOUTH);
    mileage[v] += metres / 1000;
    p.vehicleNo = v + 1;
    p.fixTime = FLEET_START + step * intervalS * 1000 + (v % intervalS) * 1000;
    p.receivedTime = p.fixTime + 700;
    p.lon = Math.round(lon[v] * 1e6) / 1e6;
    p.lat = Math.round(lat[v] * 1e6) / 1e6;
    p.altitudeM = 12;
    p.speedKmh = Math.round(speed[v] * 10) / 10;
    p.headingDeg = heading[v];
    p.mileageKm = Math.round(mileage[v] * 10) / 10;
    p.flags = LOCATED | ACC_KNOWN | (speed[v] > 0 ? ACC_ON : 0);
    p.statusWord = 3;
    yield p;
  }
}

/** Who leaves on one side comes back on the other, as if there were many such cities. */
function inside(degrees: number, low: number): number {
  return low + ((((degrees - low) % SIZE) + SIZE) % SIZE);
}

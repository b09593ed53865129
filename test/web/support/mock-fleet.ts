import type { LivePosition } from '../../../client/index.js';
import type { VehicleJson } from '../../../web/api-types.js';

/** Metres between two parallel streets of the town that the fleet drives in. */
const BLOCK_M = 420;
const METRES_PER_DEGREE = 111_195;
/** The streets do not run due north, as nowhere they do. */
const TILT = 0.2;

interface Driver {
  id: string;
  plate: string;
  /** Place in the town's own grid, metres from its middle. */
  x: number;
  y: number;
  /** Quarter turns: 0 along y, 1 along x, and so on. */
  way: number;
  speed: number;
  alarm: number;
}

/** Vehicles that drive along a grid of streets, the same ones in the same order from the same seed. */
export class MockFleet {
  readonly drivers: Driver[] = [];
  readonly #middle: readonly [lon: number, lat: number];
  #seed: number;

  constructor(count: number, { middle = [120.301, 31.574] as const, seed = 7, spreadM = 7000 } = {}) {
    this.#middle = middle;
    this.#seed = seed;
    for (let i = 0; i < count; i++) {
      const along = this.#random() < 0.5;
      const street = Math.round(((this.#random() + this.#random() - 1) * spreadM) / BLOCK_M) * BLOCK_M;
      const place = (this.#random() + this.#random() - 1) * spreadM;
      this.drivers.push({
        id: String(13_900_000_000 + i),
        plate: `苏B${String(10_000 + i * 37).slice(-5)}`,
        x: along ? place : street,
        y: along ? street : place,
        way: (along ? 1 : 0) + (this.#random() < 0.5 ? 2 : 0),
        speed: this.#random() < 0.2 ? 0 : 20 + this.#random() * 40,
        alarm: i % 97 === 5 ? 1 : 0,
      });
    }
  }

  /** Drives on for so many seconds; vehicles turn at crossings. */
  drive(seconds: number): void {
    for (const driver of this.drivers) {
      const metres = (driver.speed / 3.6) * seconds;
      const axis = driver.way % 2 === 1 ? 'x' : 'y';
      const before = Math.floor(driver[axis] / BLOCK_M);
      driver[axis] += driver.way < 2 ? metres : -metres;
      if (Math.floor(driver[axis] / BLOCK_M) === before) continue;
      if (this.#random() < 0.35) {
        driver[axis] = Math.round(driver[axis] / BLOCK_M) * BLOCK_M;
        driver.way = (driver.way + (this.#random() < 0.5 ? 1 : 3)) % 4;
      }
    }
  }

  positions(): LivePosition[] {
    return this.drivers.map((driver) => this.position(driver));
  }

  position({ id, plate, x, y, way, speed, alarm }: Driver): LivePosition {
    const [lon, lat] = this.#middle;
    const now = new Date().toISOString();
    const east = x * Math.cos(TILT) + y * Math.sin(TILT);
    const north = y * Math.cos(TILT) - x * Math.sin(TILT);
    return {
      vehicleId: id,
      time: now,
      receivedAt: now,
      lon: lon + east / (METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180)),
      lat: lat + north / METRES_PER_DEGREE,
      speed,
      heading: (way * 90 + Math.round((TILT * 180) / Math.PI)) % 360,
      altitude: 8,
      alarm,
      status: 3,
      mileage: 1024.5,
      source: 'jt808',
      quality: [],
      plate,
      category: 'taxi',
      online: true,
    };
  }

  vehicle(driver: Driver): VehicleJson {
    const { plate, category, online, ...position } = this.position(driver);
    return {
      id: driver.id,
      plate,
      plateColor: 1,
      category,
      company: 'Wuxi Taxi',
      region: '320200',
      terminals: [{ protocol: 'jt808', number: driver.id }],
      online,
      lastSeen: position.receivedAt,
      position,
    };
  }

  /** Numerical Recipes' linear congruential generator: enough for streets, the same everywhere. */
  #random(): number {
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#seed / 2 ** 32;
  }
}

import { lonMetresPerDegree, METRES_PER_DEGREE } from '../../geo/distance.js';
import { randomFrom } from './random.js';
import type { TerminalFix } from './terminal-messages.js';

/** A made-up town: streets run north–south and east–west, `BLOCK_M` apart, `BLOCKS` of them each way round the centre. */
const BLOCK_M = 400;
const BLOCKS = 50;
const DEFAULT_CENTRE: [number, number] = [120.301, 31.574]; // Wuxi

const CRUISE_KMH = [40, 50, 60, 70];
const ACCELERATION = 1.8; // m/s², gentle for a driver, quick for a lorry
const TURN_KMH = 20;

/** What a scenario plants: while it lasts, the vehicle does this instead of its own driving. */
export type Order =
  | { kind: 'speed'; fromS: number; toS: number; kmh: number }
  | { kind: 'visit'; fromS: number; toS: number; lon: number; lat: number }
  | { kind: 'sos'; fromS: number; toS: number };

export interface FleetOptions {
  vehicles: number;
  seed: number;
  /** Epoch ms of second 0. */
  start: number;
  /** Longitude and latitude of the town's centre. */
  centre?: [number, number];
  /** By vehicle, counted from 1. */
  orders?: ReadonlyMap<number, readonly Order[]>;
}

/** Vehicles that drive, stop at lights, park, turn and speed; each depends on the seed and its own number only. */
export class SimulatedFleet {
  readonly vehicles: SimulatedVehicle[];

  constructor(options: FleetOptions) {
    const town = new Town(options.centre ?? DEFAULT_CENTRE);
    this.vehicles = Array.from({ length: options.vehicles }, (_, i) => {
      const random = randomFrom(options.seed * 100_003 + i);
      return new SimulatedVehicle(i + 1, town, random, options.start, options.orders?.get(i + 1) ?? []);
    });
  }
}

class Town {
  readonly #metresPerDegreeLon: number;

  constructor(readonly centre: readonly [number, number]) {
    this.#metresPerDegreeLon = lonMetresPerDegree(centre[1]);
  }

  /** Metres east and north of the centre to degrees. */
  lonLat(x: number, y: number): [number, number] {
    return [this.centre[0] + x / this.#metresPerDegreeLon, this.centre[1] + y / METRES_PER_DEGREE];
  }

  metres(lon: number, lat: number): [number, number] {
    return [(lon - this.centre[0]) * this.#metresPerDegreeLon, (lat - this.centre[1]) * METRES_PER_DEGREE];
  }
}

/** 0 north, 1 east, 2 south, 3 west. */
const EAST = [0, 1, 0, -1];
const NORTH = [1, 0, -1, 0];

export class SimulatedVehicle {
  /** 11 digits, like the SIM cards that such numbers come from. */
  readonly number: string;
  readonly plate: string;
  #x: number;
  #y: number;
  #direction: number;
  #cruise: number;
  #speed = 0; // m/s
  #toCrossing: number; // metres left to the next crossing
  #standing: number; // seconds left to stand
  #mileageM: number;
  #second = 0;
  #headingDeg = 0;

  constructor(
    readonly index: number,
    readonly town: Town,
    readonly random: () => number,
    readonly start: number,
    readonly orders: readonly Order[],
  ) {
    this.number = String(13_000_000_000 + index);
    this.plate = `苏B${String(index).padStart(5, '0')}`;
    this.#x = this.#pick(BLOCKS + 1) * BLOCK_M - (BLOCKS * BLOCK_M) / 2;
    this.#y = this.#pick(BLOCKS + 1) * BLOCK_M - (BLOCKS * BLOCK_M) / 2;
    this.#direction = this.#pick(4);
    this.#cruise = CRUISE_KMH[this.#pick(CRUISE_KMH.length)] / 3.6;
    this.#toCrossing = BLOCK_M;
    this.#standing = this.#pick(20);
    this.#mileageM = this.#pick(200_000) * 1000;
    this.#keepInTown();
  }

  /** Drives on to `second` seconds after the start, and reports from there. */
  fixAt(second: number): TerminalFix {
    while (this.#second < second) {
      const step = Math.min(1, second - this.#second);
      this.#second += step;
      this.#drive(step);
    }
    const [lon, lat] = this.town.lonLat(this.#x, this.#y);
    const sos = this.orders.some((o) => o.kind === 'sos' && this.#in(o));
    return {
      time: this.start + second * 1000,
      lon,
      lat,
      speedKmh: this.#speed * 3.6,
      headingDeg: this.#headingDeg,
      altitudeM: 5,
      mileageKm: this.#mileageM / 1000,
      alarm: sos ? 1 : 0, // bit 0: emergency
    };
  }

  #in(order: Order): boolean {
    return this.#second >= order.fromS && this.#second <= order.toS;
  }

  #drive(seconds: number): void {
    const visit = this.orders.find((o) => o.kind === 'visit' && this.#in(o));
    if (visit?.kind === 'visit') {
      this.#driveTo(this.town.metres(visit.lon, visit.lat), seconds);
      return;
    }
    const ordered = this.orders.find((o) => o.kind === 'speed' && this.#in(o));
    if (this.#standing > 0 && !ordered) {
      this.#standing -= seconds;
      this.#speed = 0;
      return;
    }
    const wanted = ordered?.kind === 'speed' ? ordered.kmh / 3.6 : this.#cruise;
    // Who holds an ordered speed runs the lights; the others slow down before a crossing.
    const brakingTo = Math.sqrt((TURN_KMH / 3.6) ** 2 + 2 * ACCELERATION * this.#toCrossing);
    this.#speed = ordered ? wanted : Math.min(this.#speed + ACCELERATION * seconds, wanted, brakingTo);
    let left = this.#speed * seconds;
    this.#mileageM += left;
    while (left >= this.#toCrossing) {
      left -= this.#toCrossing;
      this.#move(this.#toCrossing);
      this.#cross(ordered !== undefined);
    }
    this.#move(left);
    this.#toCrossing -= left;
    this.#headingDeg = this.#direction * 90;
  }

  #move(metres: number): void {
    this.#x += EAST[this.#direction] * metres;
    this.#y += NORTH[this.#direction] * metres;
  }

  /** At a crossing: mostly straight on, sometimes a red light, rarely a stop for some minutes. */
  #cross(hurried: boolean): void {
    const turn = this.random();
    if (turn < 0.2) this.#direction = (this.#direction + 1) % 4;
    else if (turn < 0.4) this.#direction = (this.#direction + 3) % 4;
    const stop = this.random();
    if (!hurried && stop < 0.02) this.#standing = 60 + this.#pick(240);
    else if (!hurried && stop < 0.25) this.#standing = 5 + this.#pick(35);
    this.#toCrossing = BLOCK_M;
    this.#keepInTown();
  }

  #keepInTown(): void {
    const edge = (BLOCKS * BLOCK_M) / 2 - 1;
    const outward = EAST[this.#direction] * this.#x + NORTH[this.#direction] * this.#y;
    if (outward >= edge) this.#direction = (this.#direction + 2) % 4;
  }

  /** Straight across country, as no scenario cares by which street. */
  #driveTo([x, y]: [number, number], seconds: number): void {
    const distance = Math.hypot(x - this.#x, y - this.#y);
    this.#speed = Math.min(60 / 3.6, distance / seconds);
    if (distance > 0) {
      const step = this.#speed * seconds;
      this.#headingDeg = ((Math.atan2(x - this.#x, y - this.#y) * 180) / Math.PI + 360) % 360;
      this.#x += ((x - this.#x) / distance) * step;
      this.#y += ((y - this.#y) / distance) * step;
      this.#mileageM += step;
    }
    this.#toCrossing = BLOCK_M;
    this.#standing = 0;
  }

  #pick(below: number): number {
    return Math.floor(this.random() * below);
  }
}

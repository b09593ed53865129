import { lonMetresPerDegree, METRES_PER_DEGREE } from '../../../geo/distance.js';

/** One fix of a planted track. */
export interface PlantedFix {
  /** Seconds after the start. */
  at: number;
  /** Metres east and north of the vehicle's own ground; what rules compare is computed from the degrees. */
  x: number;
  y: number;
  lon: number;
  lat: number;
  speedKmh: number;
  /** 0–359. */
  headingDeg: number;
  alarms: number;
  /** Seconds that it is held back before it is sent. */
  heldBack?: number;
}

/** Receivers scatter, standing too: metres. */
const SCATTER_M = 2;

/** A track that is told what to do, a fix each `step` seconds. */
export class Track {
  readonly fixes: PlantedFix[] = [];
  #at = 0;
  #x = 0;
  #y = 0;
  #headingDeg = 0;

  constructor(
    readonly origin: readonly [lon: number, lat: number],
    readonly random: () => number,
    readonly step = 10,
    start: readonly [x: number, y: number] = [0, 0],
  ) {
    [this.#x, this.#y] = start;
    this.#report(0);
  }

  get seconds(): number {
    return this.#at;
  }

  /** Drives for so long; `heading` in degrees. */
  drive(seconds: number, kmh: number, heading = 90): this {
    const angle = (heading * Math.PI) / 180;
    for (let end = this.#at + seconds; this.#at < end; ) {
      this.#at += this.step;
      this.#x += (kmh / 3.6) * this.step * Math.sin(angle);
      this.#y += (kmh / 3.6) * this.step * Math.cos(angle);
      this.#headingDeg = heading;
      this.#report(kmh);
    }
    return this;
  }

  stand(seconds: number, alarms = 0): this {
    for (let end = this.#at + seconds; this.#at < end; ) {
      this.#at += this.step;
      this.#report(0, alarms);
    }
    return this;
  }

  /** Sends nothing for so long, and comes back so many metres further east. */
  silent(seconds: number, metresEast = 0): this {
    this.#at += seconds;
    this.#x += metresEast;
    this.#report(metresEast > 0 ? 40 : 0);
    return this;
  }

  /** Sends the very place of an earlier fix, at this speed; the newest one where `of` is not given. */
  fake(kmh: number, of: PlantedFix = this.fixes[this.fixes.length - 1], heldBack = 0): this {
    this.#at += this.step;
    this.fixes.push({ ...of, at: this.#at, speedKmh: kmh, heldBack });
    return this;
  }

  #report(speedKmh: number, alarms = 0): void {
    const x = this.#x + (this.random() - 0.5) * SCATTER_M;
    const y = this.#y + (this.random() - 0.5) * SCATTER_M;
    const lon = this.origin[0] + x / lonMetresPerDegree(this.origin[1]);
    const lat = this.origin[1] + y / METRES_PER_DEGREE;
    this.fixes.push({
      at: this.#at,
      x,
      y,
      lon: digits(lon),
      lat: digits(lat),
      speedKmh,
      headingDeg: this.#headingDeg,
      alarms,
    });
  }
}

/** As the log keeps it, in steps of 1e-7°. */
function digits(degrees: number): number {
  return Math.round(degrees * 1e7) / 1e7;
}

import { lonMetresPerDegree, METRES_PER_DEGREE } from '../../../geo/distance.js';

/** One fix of a planted track. */
export interface PlantedFix {
  /** Seconds after the start. */
  at: number;
  /** The same as the terminal's clock has it. */
  clock: number;
  /** Metres east and north of the vehicle's own ground; what rules compare is computed from the degrees. */
  x: number;
  y: number;
  lon: number;
  lat: number;
  speedKmh: number;
  /** 0–359. */
  headingDeg: number;
  mileageKm: number;
  /** Bits of model/alarm.ts, which are those of JT/T 808. */
  alarms: number;
  /** The terminal has a fix. */
  located: boolean;
  /** Seconds that it is held back before it is sent. */
  heldBack?: number;
}

/** Receivers scatter, standing too: metres. */
const SCATTER_M = 2;

/** A track that is told what to do, a fix each `step` seconds. */
export class Track {
  readonly fixes: PlantedFix[] = [];
  /** What reports say from now on, whatever the vehicle does. */
  readonly says = { alarms: 0, located: true, clock: null as number | null };
  #at = 0;
  #x = 0;
  #y = 0;
  #headingDeg = 0;
  #metres = 0;

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
      const metres = (kmh / 3.6) * this.step;
      this.#metres += metres;
      this.#x += metres * Math.sin(angle);
      this.#y += metres * Math.cos(angle);
      this.#headingDeg = heading;
      this.#report(kmh);
    }
    return this;
  }

  stand(seconds: number): this {
    for (let end = this.#at + seconds; this.#at < end; ) {
      this.#at += this.step;
      this.#report(0);
    }
    return this;
  }

  /** Changes what reports say from the next one on. */
  say(what: Partial<Track['says']>): this {
    Object.assign(this.says, what);
    return this;
  }

  /** Sends nothing for so long, and comes back so many metres further east. */
  silent(seconds: number, metresEast = 0): this {
    this.#at += seconds;
    this.#x += metresEast;
    this.#metres += metresEast;
    this.#report(metresEast > 0 ? 40 : 0);
    return this;
  }

  /** Drives for so long where there is no network: what it sends is heard half a minute after it has come out. */
  unheard(seconds: number, kmh: number, heading = 90): this {
    const from = this.fixes.length;
    this.drive(seconds, kmh, heading);
    for (const fix of this.fixes.slice(from)) fix.heldBack = this.#at - fix.at + 30;
    return this;
  }

  /** Sends the very place of an earlier fix, at this speed; the newest one where `of` is not given. */
  fake(kmh: number, of: PlantedFix = this.fixes[this.fixes.length - 1], heldBack = 0): this {
    this.#at += this.step;
    this.fixes.push({ ...of, at: this.#at, clock: this.#at, speedKmh: kmh, heldBack });
    return this;
  }

  #report(speedKmh: number): void {
    const x = this.#x + (this.random() - 0.5) * SCATTER_M;
    const y = this.#y + (this.random() - 0.5) * SCATTER_M;
    const { alarms, located, clock } = this.says;
    this.fixes.push({
      at: this.#at,
      clock: clock ?? this.#at,
      x,
      y,
      lon: digits(this.origin[0] + x / lonMetresPerDegree(this.origin[1])),
      lat: digits(this.origin[1] + y / METRES_PER_DEGREE),
      speedKmh,
      headingDeg: this.#headingDeg,
      mileageKm: 1000 + Math.floor(this.#metres / 100) / 10,
      alarms,
      located,
    });
  }
}

/** As terminals send it, in steps of 1e-6°. */
export function digits(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6;
}

import type { Fleet } from '../model/fleet.js';
import { fleetTime } from '../model/fleet-clock.js';
import type { Position } from '../model/position.js';

/** No fault of the way, such as a tunnel or a queue, puts a vehicle so far ahead of the others. */
const JUMP_MS = 4 * 3_600_000;
/** Fewer vehicles than this say nothing against one of them. */
const WITNESSES = 3;
/** So many fixes in a row that agree with each other are a track of another day, and not a wrong clock. */
const INSISTS = 3;
/** Once there are witnesses, the fleet is asked for its time this often, by our clock. */
const ASK_MS = 200;
/** Vehicles under doubt, at most; beyond them the oldest doubt is forgotten. */
const MAX_DOUBTS = 100_000;

/**
 * Under the policy `replay` terminals are believed, however old or fast their time; but one fix hours ahead, taken for the vehicle's
 * newest, would make every later one too old. So a fix that leaps more than four hours ahead of its own vehicle and of the fleet is
 * doubted, until the vehicle insists.
 */
export class ClockJumps {
  readonly #doubts = new Map<number, { time: number; fixes: number }>();
  #fleet = { time: -Infinity, vehicles: 0 };
  #askedAt = -Infinity;

  doubts(p: Position, head: Fleet): boolean {
    const no = p.vehicleNo;
    const own = head.hasFix(no) ? head.fixTime[no] : -Infinity;
    if (p.fixTime - own <= JUMP_MS || !this.#isAhead(p, head)) {
      this.#doubts.delete(no);
      return false;
    }
    const before = this.#doubts.get(no);
    const fixes = before && Math.abs(p.fixTime - before.time) <= JUMP_MS ? before.fixes + 1 : 1;
    this.#doubts.delete(no);
    if (fixes >= INSISTS) return false;
    if (this.#doubts.size >= MAX_DOUBTS) this.#doubts.delete(this.#doubts.keys().next().value as number);
    this.#doubts.set(no, { time: p.fixTime, fixes });
    return true;
  }

  #isAhead(p: Position, head: Fleet): boolean {
    if (this.#fleet.vehicles < WITNESSES || Math.abs(p.receivedTime - this.#askedAt) >= ASK_MS) {
      this.#fleet = fleetTime(head, p.receivedTime);
      this.#askedAt = p.receivedTime;
    }
    return this.#fleet.vehicles >= WITNESSES && p.fixTime - this.#fleet.time > JUMP_MS;
  }
}

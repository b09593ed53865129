import type { RoadInput } from '../../../geo/road-input.js';
import { LOCATED, Position } from '../../../model/position.js';
import type { VehicleCategory } from '../../../model/vehicle.js';
import { randomFrom } from '../random.js';
import type { Plant } from './plants.js';
import { type PlantedFix, Track } from './track.js';

/** What goes wrong between a vehicle and us. Each is a share of the vehicles or of the fixes, 0 … 1. */
export interface Faults {
  /** Of fixes: sent twice. */
  duplicates: number;
  /** Of fixes: overtaken by the next one. */
  reorder: number;
  /** Of fixes: with a clock that is hours ahead or years behind. */
  clock: number;
  /** Of vehicles: in a tunnel for 40 s, from which nothing is ever sent. */
  tunnels: number;
  /** Of vehicles: 60 s of fixes come in one batch, after the fixes behind them. */
  batches: number;
}

export const CLEAN: Faults = { duplicates: 0, reorder: 0, clock: 0, tunnels: 0, batches: 0 };
export const FAULTY: Faults = { duplicates: 0.05, reorder: 0.02, clock: 0.01, tunnels: 0.2, batches: 0.2 };

export interface PlantedVehicle {
  no: number;
  id: string;
  plate: string;
  category: VehicleCategory;
}

/** One alert that must be found: of any of these vehicles, with a begin not far from this. */
export interface ExpectedAlert {
  vehicleIds: string[];
  /** Epoch ms. */
  began: number;
  /** When a perfect system could know, epoch ms. */
  known: number;
}

export interface Planting {
  /** As `PUT /v1/rules/{id}` takes it. */
  rule: { type: string; params: object; timing: object; scope: { vehicles: string[]; fences?: string[] } };
  /** Circles. */
  fences: { id: string; lon: number; lat: number; radius: number }[];
  roads: RoadInput[];
  vehicles: PlantedVehicle[];
  /** In the order of their receipt. */
  fixes: Position[];
  expected: ExpectedAlert[];
  /** Epoch ms: everything is over. */
  end: number;
}

/** 2026-03-02 01:30 in Beijing, a Monday. */
const START = Date.UTC(2026, 2, 1, 17, 30);
/** Grounds lie 0.3° apart: nobody is near anybody of another one. */
const GROUND_DEG = 0.3;
const COLUMNS = 20;
const [WEST, SOUTH] = [105, 25];
const TUNNEL_S = 40;
const BATCH_S = 60;
const SETTLE_MS = 60_000;

/** Vehicles that violate one rule, `count` grounds of them, and as many that only come near. The same seed, the same fleet. */
export function planting(plant: Plant, count: number, seed: number, faults: Faults): Planting {
  const random = randomFrom(seed);
  const vehicles: PlantedVehicle[] = [];
  const expected: ExpectedAlert[] = [];
  const fences: Planting['fences'] = [];
  const grounds: { guilty: boolean; i: number; members: { vehicle: PlantedVehicle; track: Track }[] }[] = [];
  for (const guilty of [true, false]) {
    const others: Track[] = [];
    for (let i = 0; i < count; i++) {
      const ground = plant.paramsOn || plant.roadsOn ? 0 : i + (guilty ? 0 : count);
      const members = Array.from({ length: plant.group ?? 1 }, (_, member) => {
        const vehicle = {
          no: vehicles.length + 1,
          id: `${plant.type}-${guilty ? 'guilty' : 'innocent'}-${i}-${member}`,
          plate: plant.plate?.(guilty, i) ?? `苏B${String(vehicles.length).padStart(5, '0')}`,
          category: plant.category?.(guilty) ?? ('coach' as const),
        };
        vehicles.push(vehicle);
        const track = new Track(groundAt(ground), random, plant.step, plant.start?.(member));
        plant.drive(track, guilty, plant.group ? member : i, others);
        others.push(track);
        return { vehicle, track };
      });
      grounds.push({ guilty, i, members });
      if (plant.zone) {
        const { x, y, radius } = plant.zone;
        const [lon, lat] = place(ground, x, y);
        fences.push({ id: `zone-${guilty ? 'guilty' : 'innocent'}-${i}`, lon, lat, radius });
      }
    }
  }
  // Nobody falls silent before the last one is done: that would be a story of its own.
  const seconds = Math.max(...grounds.flatMap(({ members }) => members.map(({ track }) => track.seconds)));
  const received: Position[] = [];
  for (const { guilty, members } of grounds) {
    const sent = members.map(({ vehicle, track }) => {
      if (plant.after === 'drive') track.drive(seconds - track.seconds, 40 + 5 * (vehicle.no % 5));
      else track.stand(seconds - track.seconds);
      const fixes = throughTunnel(track.fixes, random, faults);
      received.push(...onTheWay(fixes, vehicle.no, random, faults));
      return fixes;
    });
    const began = plant.began(sent[0], guilty);
    if (began === null) continue;
    const at = START + began * 1000;
    expected.push({ vehicleIds: members.map(({ vehicle }) => vehicle.id), began: at, known: at + plant.known * 1000 });
  }
  received.sort((a, b) => a.receivedTime - b.receivedTime || a.vehicleNo - b.vehicleNo);
  return {
    rule: {
      type: plant.type,
      params: plant.paramsOn ? plant.paramsOn((x, y) => place(0, x, y)) : (plant.params ?? {}),
      timing: plant.timing ?? {},
      scope: { vehicles: vehicles.map(({ id }) => id), ...(plant.zone && { fences: fences.map(({ id }) => id) }) },
    },
    fences,
    roads: plant.roadsOn?.((x, y) => place(0, x, y)) ?? [],
    vehicles,
    fixes: received,
    expected,
    end: received[received.length - 1].receivedTime + SETTLE_MS,
  };
}

function groundAt(ground: number): [number, number] {
  return [WEST + (ground % COLUMNS) * GROUND_DEG, SOUTH + Math.floor(ground / COLUMNS) * GROUND_DEG];
}

/** A place on a ground, by a track that scatters nothing. */
function place(ground: number, x: number, y: number): [number, number] {
  const metres = Math.hypot(x, y);
  const track = new Track(groundAt(ground), () => 0.5, 1);
  if (metres > 0) track.drive(1, metres * 3.6, (Math.atan2(x, y) * 180) / Math.PI);
  const { lon, lat } = track.fixes[track.fixes.length - 1];
  return [lon, lat];
}

function throughTunnel(fixes: readonly PlantedFix[], random: () => number, { tunnels }: Faults): PlantedFix[] {
  const from = random() < tunnels ? random() * fixes[fixes.length - 1].at : Infinity;
  // The first fix is always sent: a terminal registers in the open.
  return fixes.filter(({ at }, i) => i === 0 || at < from || at > from + TUNNEL_S);
}

/** What arrives, and when; not in order. */
function onTheWay(fixes: readonly PlantedFix[], no: number, random: () => number, faults: Faults): Position[] {
  const { duplicates, reorder, clock, batches } = faults;
  const batch = random() < batches ? random() * fixes[fixes.length - 1].at : Infinity;
  return fixes.flatMap((fix, i) => {
    const p = positionOf(fix, no);
    p.receivedTime = p.fixTime + 1000 + Math.floor(random() * 500) + (fix.heldBack ?? 0) * 1000;
    if (random() < reorder && i + 1 < fixes.length) p.receivedTime = START + fixes[i + 1].at * 1000 + 3000;
    if (fix.at >= batch && fix.at < batch + BATCH_S) p.receivedTime = START + (batch + BATCH_S + 30) * 1000;
    const wrong = random() < clock;
    if (wrong) p.fixTime += random() < 0.5 ? 6 * 3_600_000 : -10 * 365 * 86_400_000;
    if (random() >= duplicates) return [p];
    return [p, Object.assign(positionOf(fix, no), { fixTime: p.fixTime, receivedTime: p.receivedTime + 100 })];
  });
}

function positionOf(fix: PlantedFix, no: number): Position {
  return Object.assign(new Position(), {
    vehicleNo: no,
    fixTime: START + fix.at * 1000,
    lon: fix.lon,
    lat: fix.lat,
    speedKmh: fix.speedKmh,
    headingDeg: fix.headingDeg,
    alarms: fix.alarms,
    alarmWord: fix.alarms,
    flags: LOCATED,
    source: 1,
  });
}

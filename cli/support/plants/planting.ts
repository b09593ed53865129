import type { Position } from '../../../model/position.js';
import type { PermittedDriver, VehicleCategory } from '../../../model/vehicle.js';
import { randomFrom } from '../random.js';
import { type Faults, onTheWay, throughTunnel } from './on-the-way.js';
import { nameOf, type Plant, type PlantedCard, type PlantedFog, type PlantedRoad } from './plant.js';
import { Track } from './track.js';

export interface PlantedVehicle {
  no: number;
  id: string;
  plate: string;
  category: VehicleCategory;
  drivers?: PermittedDriver[];
}

/** One alert that must be found: of any of these vehicles, with a begin not far from this. */
export interface ExpectedAlert {
  vehicleIds: string[];
  /** Epoch ms. */
  began: number;
  /** When a perfect system could know, epoch ms. */
  known: number;
}

/** A card that a terminal reports; epoch ms. */
export interface CardReport extends PlantedCard {
  vehicleNo: number;
  time: number;
  receivedTime: number;
}

export interface Planting {
  plant: Plant;
  /** As `PUT /v1/rules/{id}` takes it; the scope is the planted vehicles. */
  rule: { id: string; type: string; params: object; timing: object; scope: { vehicles: string[]; fences?: string[] } };
  /** Circles. */
  fences: { id: string; lon: number; lat: number; radius: number }[];
  roads: PlantedRoad[];
  fog: PlantedFog[];
  vehicles: PlantedVehicle[];
  /** In the order of their receipt. */
  fixes: Position[];
  /** In the order of their receipt. */
  cards: CardReport[];
  expected: ExpectedAlert[];
  /** Epoch ms: everything is over. */
  end: number;
}

/** Where and when a planting is, beside others. */
export interface Site {
  /** Grounds of two sites never meet. */
  number: number;
  /** Numbers of its vehicles follow this one. */
  vehiclesBefore: number;
}

/** 2026-03-02 01:30 in Beijing, a Monday. */
export const START = Date.UTC(2026, 2, 1, 17, 30);
/** Grounds lie 0.3° apart: nobody is near anybody of another one. */
const GROUND_DEG = 0.3;
const COLUMNS = 20;
const ROWS_PER_SITE = 3;
const [WEST, SOUTH] = [105, 20];
const SETTLE_MS = 60_000;

/** Corners of where fog is, metres from the first place of a ground: roads lead east. */
const FOG = [
  [-2000, -2000],
  [21_000, -2000],
  [21_000, 2000],
  [-2000, 2000],
];

/** Grounds of a site. */
export const MOST_GROUNDS = (COLUMNS * ROWS_PER_SITE) / 2;

interface Ground {
  guilty: boolean;
  i: number;
  members: { vehicle: PlantedVehicle; track: Track; cards: readonly PlantedCard[] }[];
}

/**
 * Vehicles that violate one rule, `count` grounds of them, and as many that only come near. The same seed, the same fleet.
 * Throws RangeError for more than MOST_GROUNDS.
 */
export function planting(plant: Plant, count: number, seed: number, faults: Faults, site: Site): Planting {
  if (count > MOST_GROUNDS) throw new RangeError(`a site has room for ${MOST_GROUNDS} grounds, not ${count}`);
  const random = randomFrom(seed);
  const name = nameOf(plant).replaceAll(', ', '-').replaceAll(' ', '-');
  const vehicles: PlantedVehicle[] = [];
  const fences: Planting['fences'] = [];
  const grounds: Ground[] = [];
  const places = site.number * COLUMNS * ROWS_PER_SITE;
  for (const guilty of [true, false]) {
    const others: Track[] = [];
    for (let i = 0; i < count; i++) {
      const shared = plant.paramsOn ?? plant.roadsOn;
      const ground = places + (shared ? 0 : i + (guilty ? 0 : count));
      const members = Array.from({ length: plant.group ?? 1 }, (_, member) => {
        const drivers = plant.drivers?.(guilty, i);
        const no = site.vehiclesBefore + vehicles.length + 1;
        const vehicle = {
          no,
          id: `${name}-${guilty ? 'guilty' : 'innocent'}-${i}-${member}`,
          plate: plant.plate?.(guilty, i) ?? `苏B${String(no).padStart(5, '0')}`,
          category: plant.category?.(guilty) ?? ('coach' as const),
          ...(drivers && { drivers }),
        };
        vehicles.push(vehicle);
        const track = new Track(groundAt(ground), random, plant.step, plant.start?.(member));
        plant.drive(track, guilty, plant.group && !plant.each ? member : i, others);
        others.push(track);
        return { vehicle, track, cards: plant.cards?.(guilty, i, member) ?? [] };
      });
      grounds.push({ guilty, i, members });
      if (plant.zone) {
        const [lon, lat] = place(ground, plant.zone.x, plant.zone.y);
        fences.push({ id: `${name}-${guilty ? 'guilty' : 'innocent'}-${i}`, lon, lat, radius: plant.zone.radius });
      }
    }
  }
  const { received, expected } = send(plant, grounds, random, faults);
  const on = (x: number, y: number) => place(places, x, y);
  return {
    plant,
    rule: {
      id: `plant-${name}`,
      type: plant.type,
      params: plant.paramsOn ? plant.paramsOn(on) : (plant.params ?? {}),
      timing: plant.timing ?? {},
      scope: { vehicles: vehicles.map(({ id }) => id), ...(plant.zone && { fences: fences.map(({ id }) => id) }) },
    },
    fences,
    roads: plant.roadsOn?.(on) ?? [],
    fog: plant.fog === undefined ? [] : [{ id: name, visibility: plant.fog, ring: FOG.map(([x, y]) => on(x, y)) }],
    vehicles,
    fixes: received,
    cards: grounds
      .flatMap(({ members }) => members)
      .flatMap(({ vehicle, cards }) =>
        cards.map((card) => {
          const time = START + card.at * 1000;
          return { ...card, vehicleNo: vehicle.no, time, receivedTime: time + (card.heldBack ?? 0) * 1000 };
        }),
      )
      .sort((a, b) => a.receivedTime - b.receivedTime || a.vehicleNo - b.vehicleNo),
    expected,
    end: received[received.length - 1].receivedTime + SETTLE_MS,
  };
}

/** Nobody falls silent before the last one is done: that would be a story of its own. */
function send(plant: Plant, grounds: readonly Ground[], random: () => number, faults: Faults) {
  const seconds = Math.max(...grounds.flatMap(({ members }) => members.map(({ track }) => track.seconds)));
  const received: Position[] = [];
  const expected: ExpectedAlert[] = [];
  for (const { guilty, members } of grounds) {
    const sent = members.map(({ vehicle, track }) => {
      if (plant.after === 'drive') track.drive(seconds - track.seconds, 40 + 5 * (vehicle.no % 5));
      else track.stand(seconds - track.seconds);
      const fixes = throughTunnel(track.fixes, random, faults);
      received.push(...onTheWay(fixes, vehicle.no, START, random, faults));
      return fixes;
    });
    const began = plant.began(sent[0], guilty);
    if (began === null) continue;
    const at = START + began * 1000;
    const ids = members.map(({ vehicle }) => vehicle.id);
    for (const vehicleIds of plant.each ? ids.map((id) => [id]) : [ids]) {
      expected.push({ vehicleIds, began: at, known: at + plant.known * 1000 });
    }
  }
  received.sort((a, b) => a.receivedTime - b.receivedTime || a.vehicleNo - b.vehicleNo);
  return { received, expected };
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

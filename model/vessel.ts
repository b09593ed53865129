import type { Upload } from './upload.js';

/** What a ship says of herself (AIS static and voyage data), by her newest word on each. */
export interface Vessel {
  mmsi: string;
  name: string | null;
  callsign: string | null;
  imo: number | null;
  /** ITU-R M.1371 table 53; `shipTypeName` in words. */
  shipType: number | null;
  shipTypeName: ShipTypeName | null;
  /** Metres. */
  length: number | null;
  beam: number | null;
  draught: number | null;
  destination: string | null;
  /** When she last said something of it, epoch ms. */
  at: number;
}

export const SHIP_TYPE_NAMES = [
  ...['wing-in-ground', 'fishing', 'towing', 'dredging', 'diving', 'military', 'sailing', 'pleasure'],
  ...['high-speed', 'pilot', 'search-and-rescue', 'tug', 'port-tender', 'anti-pollution', 'law-enforcement'],
  ...['medical', 'non-combatant', 'passenger', 'cargo', 'tanker', 'other'],
] as const;
export type ShipTypeName = (typeof SHIP_TYPE_NAMES)[number];

/** Types that stand for themselves. */
const SINGLE: Readonly<Record<number, ShipTypeName>> = {
  30: 'fishing',
  31: 'towing',
  32: 'towing',
  33: 'dredging',
  34: 'diving',
  35: 'military',
  36: 'sailing',
  37: 'pleasure',
  50: 'pilot',
  51: 'search-and-rescue',
  52: 'tug',
  53: 'port-tender',
  54: 'anti-pollution',
  55: 'law-enforcement',
  58: 'medical',
  59: 'non-combatant',
};
/** Types whose first digit says what it is and whose second what she carries. */
const BY_TENS: Readonly<Record<number, ShipTypeName>> = {
  2: 'wing-in-ground',
  4: 'high-speed',
  6: 'passenger',
  7: 'cargo',
  8: 'tanker',
  9: 'other',
};

/** Null for a type that is not given, or reserved. */
export function shipTypeName(type: number): ShipTypeName | null {
  return SINGLE[type] ?? BY_TENS[Math.floor(type / 10)] ?? null;
}

/** What is known after a report of kind `vessel`, which tells some of it; one that is older changes nothing. */
export function vesselAfter(known: Vessel | undefined, { content, time }: Upload): Vessel {
  if (known !== undefined && time < known.at) return known;
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);
  // 0 is "not known" in every number of these messages.
  const number = (value: unknown) => (typeof value === 'number' && value > 0 ? value : null);
  // One of the two may be 0: the antenna is at that end, or where it is has not been said (ITU-R M.1371-5, figure 41).
  const sum = (a: unknown, b: unknown) => (typeof a === 'number' && typeof b === 'number' ? number(a + b) : null);
  const { shipType, toBow, toStern, toPort, toStarboard } = content;
  const type = number(shipType);
  return {
    mmsi: text(content.mmsi) ?? known?.mmsi ?? '',
    name: text(content.name) ?? known?.name ?? null,
    callsign: text(content.callsign) ?? known?.callsign ?? null,
    imo: number(content.imo) ?? known?.imo ?? null,
    shipType: type ?? known?.shipType ?? null,
    shipTypeName: (type === null ? known?.shipTypeName : shipTypeName(type)) ?? null,
    length: sum(toBow, toStern) ?? known?.length ?? null,
    beam: sum(toPort, toStarboard) ?? known?.beam ?? null,
    draught: number(content.draughtM) ?? known?.draught ?? null,
    destination: text(content.destination) ?? known?.destination ?? null,
    at: time,
  };
}

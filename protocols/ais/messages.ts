import type { Bits } from './bits.js';

/** A message by names; `lon` and `lat` in degrees, null where the ship does not know them. */
export type AisMessage = Record<string, unknown> & { type: number; mmsi: number };

interface Kind {
  name: string;
  /** Bits that it takes to read it; messages of radios in the field are a few longer, or end before the spare bits. */
  bits: number;
  read(bits: Bits): Record<string, unknown>;
}

const NO_SPEED = 1023;
const NO_COURSE = 3600;
const NO_HEADING = 511;
const NO_LONGITUDE = 181;
const NO_LATITUDE = 91;
const PER_DEGREE = 600_000;

/** Speed, accuracy, place, course, heading and second: the same run of bits in messages 1–3, 18 and 19. */
function motion(bits: Bits, at: number) {
  const sog = bits.unsigned(at, 10);
  const cog = bits.unsigned(at + 66, 12);
  const heading = bits.unsigned(at + 78, 9);
  return {
    sogKn: sog === NO_SPEED ? null : sog / 10,
    accuracy: bits.unsigned(at + 10, 1),
    lon: degrees(bits.signed(at + 11, 28), NO_LONGITUDE),
    lat: degrees(bits.signed(at + 39, 27), NO_LATITUDE),
    cogDeg: cog === NO_COURSE ? null : cog / 10,
    headingDeg: heading === NO_HEADING ? null : heading,
    second: bits.unsigned(at + 87, 6),
  };
}

function degrees(raw: number, unknown: number): number | null {
  return raw === unknown * PER_DEGREE ? null : Math.round((raw / PER_DEGREE) * 1e6) / 1e6;
}

/** Metres from the antenna to each side. */
function size(bits: Bits, at: number) {
  return {
    toBow: bits.unsigned(at, 9),
    toStern: bits.unsigned(at + 9, 9),
    toPort: bits.unsigned(at + 18, 6),
    toStarboard: bits.unsigned(at + 24, 6),
  };
}

const classA: Kind = {
  name: 'PositionReportClassA',
  bits: 149,
  read: (bits) => ({
    navStatus: bits.unsigned(38, 4),
    rotRaw: bits.signed(42, 8),
    ...motion(bits, 50),
    maneuver: bits.unsigned(143, 2),
    raim: bits.unsigned(148, 1),
  }),
};

const staticAndVoyage: Kind = {
  name: 'StaticAndVoyageData',
  bits: 420,
  read: (bits) => ({
    aisVersion: bits.unsigned(38, 2),
    imo: bits.unsigned(40, 30),
    callsign: bits.text(70, 7),
    name: bits.text(112, 20),
    shipType: bits.unsigned(232, 8),
    ...size(bits, 240),
    epfd: bits.unsigned(270, 4),
    etaMonth: bits.unsigned(274, 4),
    etaDay: bits.unsigned(278, 5),
    etaHour: bits.unsigned(283, 5),
    etaMinute: bits.unsigned(288, 6),
    draughtM: bits.unsigned(294, 8) / 10,
    destination: bits.text(302, 20),
    dte: bits.unsigned(422, 1),
    bits: bits.length,
  }),
};

const classB: Kind = {
  name: 'PositionReportClassB',
  bits: 148,
  read: (bits) => ({
    ...motion(bits, 46),
    cs: bits.unsigned(141, 1),
    display: bits.unsigned(142, 1),
    dsc: bits.unsigned(143, 1),
    band: bits.unsigned(144, 1),
    msg22: bits.unsigned(145, 1),
    assigned: bits.unsigned(146, 1),
    raim: bits.unsigned(147, 1),
  }),
};

const classBExtended: Kind = {
  name: 'ExtendedPositionReportClassB',
  bits: 308,
  read: (bits) => ({
    ...motion(bits, 46),
    name: bits.text(143, 20),
    shipType: bits.unsigned(263, 8),
    ...size(bits, 271),
    epfd: bits.unsigned(301, 4),
    raim: bits.unsigned(305, 1),
    dte: bits.unsigned(306, 1),
    assigned: bits.unsigned(307, 1),
  }),
};

/** Boats that belong to a ship name it instead of their size. */
const AUXILIARY_CRAFT = 98;

const classBStatic: Kind = {
  name: 'StaticDataClassB',
  bits: 160,
  read(bits) {
    const part = bits.unsigned(38, 2);
    if (part === 0) return { part, name: bits.text(40, 20) };
    if (part !== 1) return { part };
    const isAuxiliary = Math.floor(bits.unsigned(8, 30) / 1e7) === AUXILIARY_CRAFT;
    return {
      part,
      shipType: bits.unsigned(40, 8),
      vendor: bits.text(48, 3),
      model: bits.unsigned(66, 4),
      serial: bits.unsigned(70, 20),
      callsign: bits.text(90, 7),
      ...(isAuxiliary ? { mothershipMmsi: bits.unsigned(132, 30) } : size(bits, 132)),
    };
  },
};

/** What is read, by type; the others are not about ships, or not about where and who they are. */
export const KINDS: ReadonlyMap<number, Kind> = new Map([
  [1, classA],
  [2, classA],
  [3, classA],
  [5, staticAndVoyage],
  [18, classB],
  [19, classBExtended],
  [24, classBStatic],
]);

/** The whole message: of a type that is read its fields, of others its head. A text where it is too short for its type. */
export function readMessage(bits: Bits): AisMessage | string {
  const head = { type: bits.unsigned(0, 6), repeat: bits.unsigned(6, 2), mmsi: bits.unsigned(8, 30) };
  const kind = KINDS.get(head.type);
  const needed = kind?.bits ?? 38;
  if (bits.length < needed) return `${bits.length} bits are too few for a message of type ${head.type}: ${needed}`;
  return { ...head, ...kind?.read(bits) };
}

/** Nine digits. */
export function mmsiText(mmsi: number): string {
  return String(mmsi).padStart(9, '0');
}

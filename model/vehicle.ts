import type { Datum } from './datum.js';

/** Kinds of operation (经营类型) that rules and limits speak of. */
export const VEHICLE_CATEGORIES = [
  'coach', //           班线客车, 包车, 旅游客车
  'dangerous-goods', // 危险货物运输车
  'truck', //           重型载货汽车, 半挂牵引车
  'taxi', //            巡游出租汽车
  'ride-hailing', //    网络预约出租汽车
  'bus', //             公共汽电车
  'school-bus', //      校车
  'vessel', //          船舶
  'other',
] as const;

export type VehicleCategory = (typeof VEHICLE_CATEGORIES)[number];

/** An administrative division, or the beginning of one, which stands for all in it: 32, 3202, 320211. */
export const REGION_CODE = /^\d{2,6}$/;
export const REGION_WORDS = '2 to 6 digits of GB/T 2260';

/** The box in the vehicle (终端), as its protocol names it: number without leading zeros. */
export interface TerminalRef {
  protocol: string;
  number: string;
}

/** Somebody who may drive a vehicle, as the registry has it. */
export interface PermittedDriver {
  /** Number of the professional certificate (从业资格证), as the driver's card gives it. */
  certificate: string;
  /** `YYYY-MM-DD`, the first and the last day in Beijing; null: open. */
  from: string | null;
  to: string | null;
}

/** A vehicle (车辆) as the registry keeps it. */
export interface Vehicle {
  /** Number inside the system: small, never reused; what fixes carry. */
  no: number;
  /** Name outside the system; given by the registry, or the terminal number on first contact. */
  id: string;
  plate: string | null;
  /** JT/T 415 / GB/T 697.7 colour code: 1 blue, 2 yellow, 3 black, 4 white, 5 green, 9 other … */
  plateColor: number | null;
  category: VehicleCategory;
  company: string | null;
  /** Administrative division, GB/T 2260 digits. */
  region: string | null;
  terminals: TerminalRef[];
  /** Who may drive it; absent where nobody has said. */
  drivers?: readonly PermittedDriver[];
  /** What coordinates refer to that come without a word on it; absent: what the way they come by says. */
  datum?: Datum;
  /** Epoch ms. */
  createdAt: number;
}

/** "protocol:number", the key of a terminal in every map. */
export function terminalKey(protocol: string, number: string): string {
  return `${protocol}:${number}`;
}

/** Terminal numbers are compared without leading zeros (JT/T 808-2019 §5.3: number padded on the left). */
export function stripZeros(number: string): string {
  return number.replace(/^0+(?=.)/, '');
}

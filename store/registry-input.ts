import type { Datum } from '../model/datum.js';
import type { FenceGeometry, FenceProperties } from '../model/fence.js';
import { type PermittedDriver, type TerminalRef, terminalKey, type VehicleCategory } from '../model/vehicle.js';

/** Why a write was refused, and what was wrong where. `unavailable`: the log takes nothing just now; try again. */
export interface Refusal {
  refused: 'invalid' | 'not-found' | 'unavailable';
  problems: { path: string; message: string }[];
}

/** A vehicle as the outside gives it. An item left out stays as it is, or is unknown in a new vehicle. */
export interface VehicleInput {
  id: string;
  plate?: string | null;
  plateColor?: number | null;
  category?: VehicleCategory;
  company?: string | null;
  region?: string | null;
  terminals?: TerminalRef[];
  /** null: anybody may drive it. */
  drivers?: readonly PermittedDriver[] | null;
  /** null: what the way says that its coordinates come by. */
  datum?: Datum | null;
}

export interface FenceInput {
  /** Made up where absent. */
  id?: string;
  geometry: FenceGeometry;
  properties: FenceProperties;
}

/** What a terminal says of the vehicle it sits in. */
export interface VehicleHints {
  plate?: string | null;
  plateColor?: number | null;
  category?: VehicleCategory;
}

/** ASCII letters and digits, `. _ : -`, and Chinese characters as they stand on plates. */
export const ID = /^[A-Za-z0-9._:\-\p{Script=Han}]{1,64}$/u;
const ID_RULE = '1 to 64 letters, digits, Chinese characters or any of . _ : -';

export function idProblems(id: string, path = 'id'): Refusal['problems'] {
  return ID.test(id) ? [] : [{ path, message: `must be ${ID_RULE}` }];
}

export function terminalProblems(terminals: readonly TerminalRef[]): Refusal['problems'] {
  const problems: Refusal['problems'] = [];
  const seen = new Set<string>();
  terminals.forEach(({ protocol, number }, i) => {
    if (!ID.test(number)) problems.push({ path: `terminals[${i}].number`, message: `must be ${ID_RULE}` });
    const key = terminalKey(protocol, number);
    if (seen.has(key)) problems.push({ path: `terminals[${i}]`, message: `${key} is there twice` });
    seen.add(key);
  });
  return problems;
}

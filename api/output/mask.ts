import type { Driver, DriverReport } from '../../model/driver.js';
import { maskName, maskNumber } from '../../model/mask.js';

/**
 * Personal data as every outlet shows it (security sheet SEC-101). Nothing else of a driver leaves: what is added to a
 * report stays inside until it has its place here.
 */

export function maskDriverReport(report: DriverReport): DriverReport {
  const { event, reading, name, certificate, idCard, agency, validUntil } = report;
  return {
    ...{ event, reading, agency, validUntil },
    name: maskName(name),
    certificate: maskNumber(certificate),
    idCard: maskNumber(idCard),
  };
}

export function maskDriver({ name, certificate, agency, validUntil, since }: Driver): Driver {
  return { name: maskName(name), certificate: maskNumber(certificate), agency, validUntil, since };
}

const NAMES: ReadonlySet<string> = new Set(['driverName']);
const NUMBERS: ReadonlySet<string> = new Set(['certificate', 'driverCert', 'idCard']);

/** Fields of a message as a protocol reads it, with what names or numbers a person masked, and its raw bytes left out. */
export function maskFields(fields: Record<string, unknown>): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (key.endsWith('Hex') && (NAMES.has(key.slice(0, -3)) || NUMBERS.has(key.slice(0, -3)))) continue;
    if (typeof value === 'string' && NAMES.has(key)) shown[key] = maskName(value);
    else if (typeof value === 'string' && NUMBERS.has(key)) shown[key] = maskNumber(value);
    else shown[key] = value;
  }
  return shown;
}

/** The same for an object with whatever is inside it. */
export function maskDeep(fields: Record<string, unknown>): Record<string, unknown> {
  const shown = maskFields(fields);
  for (const [key, value] of Object.entries(shown)) shown[key] = masked(value);
  return shown;
}

function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  return typeof value === 'object' && value !== null ? maskDeep(value as Record<string, unknown>) : value;
}

import type { Driver, DriverReport } from '../model/driver.js';

/**
 * Personal data as every outlet shows it (security sheet SEC-101). Nothing else of a driver leaves: what is added to a
 * report stays inside until it has its place here.
 */

/** 张三 as 张**. */
export function maskName(name: string | null): string | null {
  return name === null ? null : `${[...name][0] ?? ''}**`;
}

/** Three digits in front and four at the end, where that leaves at least as many hidden. */
export function maskNumber(number: string | null): string | null {
  if (number === null) return null;
  const [front, end] = number.length >= 14 ? [3, 4] : [0, Math.min(2, number.length >> 2)];
  return number.slice(0, front) + '*'.repeat(number.length - front - end) + number.slice(number.length - end);
}

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

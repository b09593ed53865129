import type { Upload } from './upload.js';

/** Content of an upload of kind `driver`. What the terminal did not say is null. */
export interface DriverReport {
  /** `in`: begins to drive; `out`: ends; `unreadable`: put a card in that could not be read. */
  event: 'in' | 'out' | 'unreadable';
  /** Why the card could not be read, as the protocol numbers it. */
  reading: number | null;
  name: string | null;
  /** Number of the professional certificate (从业资格证). */
  certificate: string | null;
  idCard: string | null;
  /** Who gave the certificate. */
  agency: string | null;
  /** YYYY-MM-DD. */
  validUntil: string | null;
}

/** Who drives a vehicle now. */
export interface Driver {
  name: string | null;
  certificate: string | null;
  agency: string | null;
  validUntil: string | null;
  /** Epoch ms by the terminal's clock. */
  since: number;
}

/** What is known of a vehicle's driver; `driver` is null when nobody drives, or nobody who is known. */
export interface DriverState {
  driver: Driver | null;
  /** Time of the report that said so, epoch ms. */
  at: number;
}

/** The state after a report; one that is older than what is known changes nothing. */
export function driverAfter(known: DriverState | undefined, upload: Upload): DriverState {
  if (known !== undefined && upload.time < known.at) return known;
  const { event, name, certificate, agency, validUntil } = upload.content as unknown as DriverReport;
  if (event !== 'in') return { driver: null, at: upload.time };
  const before = known?.driver;
  const same = before && before.name === name && before.certificate === certificate;
  return {
    driver: { name, certificate, agency, validUntil, since: same ? before.since : upload.time },
    at: upload.time,
  };
}

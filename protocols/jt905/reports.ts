import type { DriverReport } from '../../model/driver.js';
import type { UploadFact } from '../../model/upload.js';
import type { Fields } from '../common/codecs.js';
import { shiftSignIn, shiftSignOut } from './messages/shifts.js';
import { tripData } from './messages/trip.js';

type Fact = Omit<UploadFact, 'serial'>;

/** What messages tell besides positions, by message id: who drives, what a shift came to, what a trip was and cost. */
export const REPORTS: ReadonlyMap<number, (fields: Fields) => Fact[]> = new Map([
  [shiftSignIn.id, (fields: Fields) => [driver(fields, 'in')]],
  [shiftSignOut.id, (fields: Fields) => [driver(fields, 'out'), fact('shift', fields, positionTime(fields))]],
  [tripData.id, (fields: Fields) => [fact('trip', fields, (fields.loadedToEmpty as Fields).time)]],
]);

function fact(kind: UploadFact['kind'], content: Fields, time: unknown): Fact {
  return { kind, time: Date.parse(String(time)), content };
}

function driver(fields: Fields, event: DriverReport['event']): Fact {
  const report: DriverReport = {
    event,
    reading: null,
    name: null,
    certificate: (fields.driverCert as string).trim() || null,
    idCard: null,
    agency: null,
    validUntil: null,
  };
  return fact('driver', { ...report, company: fields.company, plate: fields.plate }, positionTime(fields));
}

function positionTime(fields: Fields): unknown {
  return (fields.position as Fields).time;
}

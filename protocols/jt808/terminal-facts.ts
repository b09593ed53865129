import type { TerminalFacts } from '../../model/change.js';
import type { Fields } from '../common/codecs.js';
import type { Registration } from '../protocol.js';

const SAID = ['manufacturer', 'model', 'terminalId', 'imei', 'softwareVersion'] as const;

/** What the fields of a registration or an authentication say of the terminal; what is empty is not said. */
export function terminalFacts(number: string, fields: Fields): TerminalFacts {
  const facts: TerminalFacts = { protocol: 'jt808', number, registered: true };
  for (const key of SAID) if (typeof fields[key] === 'string' && fields[key] !== '') facts[key] = fields[key];
  return facts;
}

/** A registration (0x0100). */
export function registrationOf(number: string, fields: Fields): Registration {
  const plateColor = fields.plateColor as number;
  const terminal: TerminalFacts = {
    ...terminalFacts(number, fields),
    province: fields.provinceId as number,
    city: fields.cityId as number,
  };
  // Colour 0 says that there is no plate; the text is then the VIN.
  const plate = plateColor === 0 ? null : (fields.plate as string) || null;
  return { terminal, plate, plateColor: plate === null ? null : plateColor };
}

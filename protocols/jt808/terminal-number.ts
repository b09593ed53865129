import { stripZeros } from '../../model/vehicle.js';
import type { Edition } from '../common/edition.js';

/**
 * The terminal number of the header (终端手机号): BCD[6], in 2019 BCD[10], padded with zeros on the left.
 *
 * Some terminals put an IMEI there as a 48-bit integer without its check digit; a digit above 9 gives it away. Such a
 * terminal goes by its whole IMEI. Ten bytes with such digits go by the digits as they are.
 */
export function terminalNumber(raw: string): string {
  return imeiOf(raw) ?? stripZeros(raw);
}

/** The 15-digit IMEI in six bytes that are not BCD, given as hex; null for anything else. */
export function imeiOf(raw: string): string | null {
  if (raw.length !== 12 || !/[a-f]/.test(raw)) return null;
  const digits = Number.parseInt(raw, 16).toString().padStart(14, '0');
  return digits.length === 14 ? digits + luhnDigit(digits) : null;
}

/** A number to the bytes of a header. Throws RangeError where it does not fit the edition. */
export function numberBytes(number: string, edition: Edition): Buffer {
  const digits = edition === '2019' ? 20 : 12;
  if (!/^[0-9a-f]*$/i.test(number) || number.length > digits) {
    throw new RangeError(`terminal number '${number}': at most ${digits} digits in edition ${edition}`);
  }
  return Buffer.from(number.padStart(digits, '0'), 'hex');
}

/** Check digit of an IMEI (3GPP TS 23.003 annex B). */
function luhnDigit(digits: string): number {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const doubled = Number(digits[i]) * (i % 2 === digits.length % 2 ? 1 : 2);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return (10 - (sum % 10)) % 10;
}

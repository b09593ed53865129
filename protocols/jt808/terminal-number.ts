import { stripZeros } from '../../model/vehicle.js';
import type { Edition } from '../common/edition.js';

/** Ten bytes in 2019. */
const LONG_DIGITS = 20;
/** A mobile number of the mainland at the left end instead of the right. */
const LEFT_ALIGNED = /^(1[3-9]\d{9})0{9}$/;
/** Ten digits as ASCII, or fewer with zero bytes in front. */
const AS_ASCII = /^(?:00)*((?:3\d)+)$/;

/**
 * The terminal number of the header (终端手机号): BCD[6], in 2019 BCD[10], padded with zeros on the left; in hex as it came.
 *
 * A terminal must be the same whatever it fills up with, so what terminals get wrong is read as it is meant: an IMEI as a
 * 48-bit integer without its check digit, which a digit above 9 gives away, goes by the whole IMEI; in ten bytes, digits
 * as ASCII, padding by F on either side, and a mobile number at the left end. Other digits above 9 stay as they are.
 */
export function terminalNumber(raw: string): string {
  return imeiOf(raw) ?? stripZeros(raw.length === LONG_DIGITS ? longNumber(raw) : raw);
}

function longNumber(raw: string): string {
  const ascii = AS_ASCII.exec(raw);
  // Shorter, it could be a number of threes.
  if (ascii !== null && ascii[1].length >= 2 * 8) return Buffer.from(ascii[1], 'hex').toString('latin1');
  const digits = raw.replace(/^f+|f+$/g, '');
  return LEFT_ALIGNED.exec(digits.padEnd(LONG_DIGITS, '0'))?.[1] ?? (digits === '' ? raw : digits);
}

/** The 15-digit IMEI in bytes that are not BCD, given as hex: six, or ten of which the first four are 0; otherwise null. */
export function imeiOf(raw: string): string | null {
  // In ten bytes a small number with such a digit is no IMEI.
  const bytes = /^0{8}0?[1-9a-f]/.test(raw) && raw.length === LONG_DIGITS ? raw.slice(8) : raw;
  if (bytes.length !== 12 || !/[a-f]/.test(bytes)) return null;
  const digits = Number.parseInt(bytes, 16).toString().padStart(14, '0');
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

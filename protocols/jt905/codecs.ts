import { gmt8BcdToMs, msToBeijing } from '../../model/units.js';
import { type Codec, type Field, finite, hexBytes, integer, show } from '../common/codecs.js';
import type { FieldOptions } from '../common/layout.js';
import { decodeText, encodeText } from '../common/text.js';

/** "0x0B03" for 0x0B03: JT/T 905 prints its ids in capitals. */
export function idText(id: number): string {
  return `0x${id.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** A WORD that is a message id. */
export const MESSAGE_ID: Codec = {
  shape: () => ({ type: 'message-id' }),
  read: (r) => idText(r.uint(2)),
  write: (w, value, name) => w.uint(integer(typeof value === 'string' ? Number(value) : value, 0, 0xffff, name), 2),
};

/** A packed decimal number of `1/divisor` units; null where a digit is none, and then `<name>Bcd` has the digits. */
export function bcdNumber(name: string, bytes: number, divisor = 1, options: FieldOptions = {}): Field {
  const max = 10 ** (2 * bytes) - 1;
  return {
    read(r, out) {
      const at = r.at;
      const digits = r.raw(bytes).toString('hex');
      if (r.failure !== null) return r.blame(name);
      const value = /^\d+$/.test(digits) ? Number(digits) / divisor : null;
      r.explain(at, name, value);
      out[name] = value;
      if (value === null) out[`${name}Bcd`] = digits;
    },
    write(w, from) {
      const value = from[name] ?? options.default ?? null;
      if (value === null) return w.raw(hexBytes(from[`${name}Bcd`], bytes, `${name}Bcd`));
      const whole = integer(Math.round(finite(value, name) * divisor), 0, max, name);
      w.raw(Buffer.from(String(whole).padStart(2 * bytes, '0'), 'hex'));
    },
    describe: () => [{ name, type: 'number', min: 0, max: max / divisor, step: 1 / divisor }],
  };
}

/**
 * BCD `YYYYMMDDhhmm`, or with `century` left out `YYMMDDhhmm`, in GMT+8 as `2021-10-15T21:10+08:00`; null where it is no
 * time, and then `<name>Bcd` has its digits.
 */
export function minute(name: string, century: 'with century' | 'without century' = 'with century'): Field {
  const bytes = century === 'with century' ? 6 : 5;
  return {
    read(r, out) {
      const at = r.at;
      const digits = r.raw(bytes).toString('hex');
      if (r.failure !== null) return r.blame(name);
      const value = minuteText(digits.slice(-10), digits.slice(0, -10));
      r.explain(at, name, value);
      out[name] = value;
      if (value === null) out[`${name}Bcd`] = digits;
    },
    write(w, from) {
      const value = from[name] ?? null;
      if (value === null) return w.raw(hexBytes(from[`${name}Bcd`], bytes, `${name}Bcd`));
      const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
      const beijing = msToBeijing(ms);
      if (beijing === null) throw new RangeError(`${name}: must be an RFC 3339 time, not ${show(value)}`);
      const digits = beijing.slice(0, 16).replace(/\D/g, '');
      w.raw(Buffer.from(digits.slice(12 - 2 * bytes), 'hex'));
    },
    describe: () => [{ name, type: 'time' }],
  };
}

/** `YYMMDDhhmm` in this century; null where it is no time, or the century is another. */
function minuteText(digits: string, century: string): string | null {
  if (century !== '' && century !== '20') return null;
  const ms = gmt8BcdToMs(Buffer.from(`${digits}00`, 'hex'), 0);
  return msToBeijing(ms)?.replace(/:00\+/, '+') ?? null;
}

/** STRING in GBK that ends with 00, or with the body. */
export function nulText(name: string): Field {
  return {
    read(r, out) {
      const at = r.at;
      const nul = r.bytes.indexOf(0, r.at);
      const ended = nul >= 0 && nul < r.end;
      const raw = r.raw((ended ? nul : r.end) - r.at);
      if (ended) r.take(1);
      if (r.failure !== null) return r.blame(name);
      const value = decodeText(raw);
      r.explain(at, name, value);
      out[name] = value;
      if (!ended || !encodeText(value).equals(raw)) out[`${name}Hex`] = r.bytes.toString('hex', at, r.at);
    },
    write(w, from) {
      const value = from[name] ?? '';
      if (typeof value !== 'string') throw new RangeError(`${name}: must be text, not ${show(value)}`);
      const kept = from[`${name}Hex`];
      if (typeof kept === 'string' && decodeText(Buffer.from(kept, 'hex')).replace(/\0$/, '') === value) {
        w.raw(Buffer.from(kept, 'hex'));
      } else {
        w.raw(encodeText(value));
        w.uint(0, 1);
      }
    },
    describe: () => [{ name, type: 'text' }],
  };
}

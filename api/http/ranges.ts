/** A part of a file: bytes `from` up to before `to`. */
export interface ByteRange {
  from: number;
  to: number;
}

/**
 * The header Range (RFC 9110 §14.2) on a file of `length` bytes. Null: the whole file, also where the header is not
 * understood or asks for several parts. 'unsatisfiable': no byte of it is there.
 */
export function readRange(header: string, length: number): ByteRange | 'unsatisfiable' | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim());
  if (match === null) return null;
  const [, first, last] = match;
  if (first === '' && last === '') return null;
  if (first === '') {
    const from = Math.max(0, length - Number(last));
    return from < length ? { from, to: length } : 'unsatisfiable';
  }
  const from = Number(first);
  if (last !== '' && Number(last) < from) return null;
  return from < length ? { from, to: last === '' ? length : Math.min(length, Number(last) + 1) } : 'unsatisfiable';
}

/** What people paste as hex, with or without spaces, commas and 0x, as bare digits in pairs; or what is wrong, and at which character (from 0). */
export function parseHex(text: string): { digits: string } | { wrong: string; at: number } {
  let digits = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (/[\s,:;-]/.test(c)) continue;
    if (c === '0' && /x/i.test(text[i + 1] ?? '') && digits.length % 2 === 0) {
      i++;
    } else if (/[0-9a-f]/i.test(c)) {
      digits += c;
    } else {
      return { wrong: `'${c}' is no hex digit`, at: i };
    }
  }
  if (digits === '') return { wrong: 'no hex digits', at: 0 };
  if (digits.length % 2 !== 0) return { wrong: 'half a byte at the end', at: text.length };
  return { digits };
}

/**
 * JSON for a jsonb column. PostgreSQL refuses U+0000 and halves of surrogate pairs, which strings from outside may hold:
 * each becomes U+FFFD, so that one odd plate does not cost the whole record.
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  // JSON.stringify writes both as escapes, and a backslash of the data as two, which the pattern steps over in pairs.
  return text.includes('\\u') ? text.replace(/\\(\\|u0000|ud[89a-f][0-9a-f]{2})/g, escaped) : text;
}

function escaped(match: string): string {
  return match === '\\\\' ? match : '\ufffd';
}

/** Stands before each text of a GeoJSON text sequence (RFC 8142). */
export const RECORD_SEPARATOR = '\x1e';

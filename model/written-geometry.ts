import type { FenceGeometry } from './fence.js';

/** JSON, in UTF-8, of the geometries that are kept as text. */
const texts = new WeakMap<object, Uint8Array>();

/**
 * A geometry kept as its JSON: whoever hands it on, into the log, a checkpoint or an answer, copies bytes, where writing the
 * figures of 10,000 corners anew takes some milliseconds. To everybody else, and where it is sent to another thread, it is a
 * geometry like others; its `coordinates` are read anew each time they are asked for.
 */
export function writtenGeometry(type: FenceGeometry['type'], json: Uint8Array): FenceGeometry {
  const geometry = {
    type,
    get coordinates() {
      return (JSON.parse(new TextDecoder().decode(json)) as FenceGeometry).coordinates;
    },
  } as FenceGeometry;
  texts.set(geometry, json);
  return geometry;
}

/** Positions from which on text is the better form. */
const MANY_POSITIONS = 1000;

/** The geometry kept as text where it has many positions, as it is where it has few. */
export function compactGeometry(geometry: FenceGeometry): FenceGeometry {
  if (texts.has(geometry) || positionsOf(geometry) < MANY_POSITIONS) return geometry;
  return writtenGeometry(geometry.type, Buffer.from(JSON.stringify(geometry)));
}

function positionsOf(geometry: FenceGeometry): number {
  switch (geometry.type) {
    case 'Point':
      return 1;
    case 'LineString':
      return geometry.coordinates.length;
    case 'Polygon':
      return geometry.coordinates.reduce((sum, ring) => sum + ring.length, 0);
    case 'MultiPolygon':
      return geometry.coordinates.flat().reduce((sum, ring) => sum + ring.length, 0);
  }
}

/** `value` as JSON.stringify has it, in UTF-8; a geometry that is kept as text is copied. `path`: the members that lead to it. */
export function jsonBytes(value: object, ...path: string[]): Uint8Array {
  const text = texts.get(value);
  if (text) return text;
  const [next, ...rest] = path;
  if (next === undefined) return Buffer.from(JSON.stringify(value));
  const pieces: Uint8Array[] = [];
  let separator = '{';
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const label = `${separator}${JSON.stringify(name)}:`;
    separator = ',';
    if (name === next) pieces.push(Buffer.from(label), jsonBytes(member as object, ...rest));
    else pieces.push(Buffer.from(label + JSON.stringify(member)));
  }
  pieces.push(Buffer.from(separator === '{' ? '{}' : '}'));
  return Buffer.concat(pieces);
}

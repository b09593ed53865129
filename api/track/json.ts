import { msToRfc3339 } from '../../model/units.js';
import { writePosition } from '../output/position-text.js';
import { ascii, TextWriter } from '../output/text-writer.js';
import type { TrackFormat } from './format.js';

const BEGIN = ascii('{"items":[');
const COMMA = ascii(',');
const CLOSE = ascii('}');

/** One for every track: what a batch becomes is written and taken at once, with no pause in which another could write. */
const out = new TextWriter();

/** `{"items": [position…], "cursor": …}`; the cursor of a cut track is the `from` to go on with. */
export const jsonTrack: TrackFormat = {
  contentType: 'application/json; charset=utf-8',
  extension: null,
  tellsCut: true,
  async *write(batches, { vehicle, extra, cut }) {
    const id = Buffer.from(JSON.stringify(vehicle.id));
    let before = BEGIN;
    for await (const batch of batches) {
      for (const p of batch) {
        writePosition(out.raw(before), p, id);
        before = COMMA;
        const items = extra?.(p);
        if (items) out.text(`,"extra":${JSON.stringify(items)}`);
        out.raw(CLOSE);
      }
      if (out.length > 0) yield out.take();
    }
    const next = cut();
    if (before === BEGIN) out.raw(BEGIN);
    yield out.text(`],"cursor":${JSON.stringify(next === null ? null : msToRfc3339(next))}}`).take();
  },
};

import { msToRfc3339 } from '../../model/units.js';
import { positionText } from '../position-text.js';
import type { TrackFormat } from './format.js';

/** `{"items": [position…], "cursor": …}`; the cursor of a cut track is the `from` to go on with. */
export const jsonTrack: TrackFormat = {
  contentType: 'application/json; charset=utf-8',
  extension: null,
  tellsCut: true,
  async *write(batches, { vehicle, extra, cut }) {
    const id = JSON.stringify(vehicle.id);
    let begin = '{"items":[';
    for await (const batch of batches) {
      if (batch.length === 0) continue;
      const items = batch.map((p) => {
        const text = positionText(p, id);
        const items = extra?.(p);
        return items ? `${text.slice(0, -1)},"extra":${JSON.stringify(items)}}` : text;
      });
      yield begin + items.join(',');
      begin = ',';
    }
    const next = cut();
    const start = begin === ',' ? '' : begin;
    yield `${start}],"cursor":${JSON.stringify(next === null ? null : msToRfc3339(next))}}`;
  },
};

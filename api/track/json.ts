import { positionJson } from '../../model/position.js';
import { msToRfc3339 } from '../../model/units.js';
import type { TrackFormat } from './format.js';

/** `{"items": [position…], "cursor": …}`; the cursor of a cut track is the `from` to go on with. */
export const jsonTrack: TrackFormat = {
  contentType: 'application/json; charset=utf-8',
  extension: null,
  tellsCut: true,
  async *write(batches, { vehicle, extra, cut }) {
    let begin = '{"items":[';
    for await (const batch of batches) {
      if (batch.length === 0) continue;
      const items = batch.map((p) => {
        const position = positionJson(p, vehicle.id);
        return JSON.stringify(extra ? { ...position, extra: extra(p) } : position);
      });
      yield begin + items.join(',');
      begin = ',';
    }
    const next = cut();
    const start = begin === ',' ? '' : begin;
    yield `${start}],"cursor":${JSON.stringify(next === null ? null : msToRfc3339(next))}}`;
  },
};

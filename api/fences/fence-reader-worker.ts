import { parentPort } from 'node:worker_threads';
import type { Datum } from '../../model/datum.js';
import { type FenceBody, readFenceBody } from './fence-body.js';
import { lowerPriority } from './lower-priority.js';

/** One body to read. */
export interface FenceTask {
  /** JSON in UTF-8. */
  bytes: Uint8Array;
  datum: Datum;
  pathId: string | undefined;
}

/** As `FenceBody`, with each geometry as its JSON in UTF-8. */
export interface FenceTaskAnswer extends Omit<FenceBody, 'fences'> {
  fences: (Omit<FenceBody['fences'][number], 'geometry'> & {
    type: FenceBody['fences'][number]['geometry']['type'];
    json: Uint8Array;
  })[];
}

/** The thread that reads large fences: answers each task by one message, in order. */
if (parentPort) {
  const port = parentPort;
  lowerPriority();
  const encoder = new TextEncoder();
  port.on('message', ({ bytes, datum, pathId }: FenceTask) => {
    const read = readFenceBody(new TextDecoder().decode(bytes), datum, pathId);
    const fences = read.fences.map(({ geometry, ...fence }) => ({
      ...fence,
      type: geometry.type,
      json: encoder.encode(JSON.stringify(geometry)),
    }));
    const answer: FenceTaskAnswer = { ...read, fences };
    port.postMessage(
      answer,
      fences.map(({ json }) => json.buffer as ArrayBuffer),
    );
  });
}

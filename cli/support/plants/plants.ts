import { AT_EDGES } from './at-edges.js';
import { IN_PLACES } from './in-places.js';
import { OF_DATA } from './of-data.js';
import { ON_THE_ROAD } from './on-the-road.js';
import type { Plant } from './plant.js';

/** Every kind of rule, with thresholds that a test can wait for. */
export const PLANTS: readonly Plant[] = [...IN_PLACES, ...ON_THE_ROAD, ...OF_DATA, ...AT_EDGES];

import { join } from 'node:path';
import type { TestServer } from './cheji.js';

/** The day of 238 real taxis in and around Wuxi that the system tests play. */
export const TAXIS = { vehicles: 238, fixes: 10_548 };
export const taxiFile = (shared: string) => join(shared, 'data/wuxi-taxis.csv');

const both = [{ type: 'enter' }, { type: 'exit' }];

/** Real places that these taxis pass, one of each shape that a fence can have. */
const FENCES = {
  'railway-station': {
    geometry: { type: 'Point', coordinates: [120.301, 31.588] },
    properties: { name: 'Wuxi railway station', radius: 1500, rules: both },
  },
  'old-town': {
    geometry: { type: 'Point', coordinates: [120.301, 31.574] },
    properties: { name: 'Old town', radius: 3000, rules: [{ type: 'overspeed', limit: 60 }] },
  },
  'ring-road': {
    geometry: {
      type: 'Polygon',
      coordinates: [
        [
          [120.2, 31.48],
          [120.42, 31.48],
          [120.42, 31.66],
          [120.2, 31.66],
          [120.2, 31.48],
        ],
        [
          [120.27, 31.54],
          [120.27, 31.61],
          [120.34, 31.61],
          [120.34, 31.54],
          [120.27, 31.54],
        ],
      ],
    },
    properties: {
      name: 'Between the ring roads',
      rules: [...both, { type: 'overspeed', limit: 80, severity: 'critical' }],
    },
  },
  towns: {
    geometry: {
      type: 'MultiPolygon',
      coordinates: [
        [
          [
            [119.78, 31.33],
            [119.87, 31.33],
            [119.87, 31.4],
            [119.78, 31.4],
            [119.78, 31.33],
          ],
        ],
        [
          [
            [120.22, 31.87],
            [120.34, 31.86],
            [120.33, 31.96],
            [120.21, 31.95],
            [120.22, 31.87],
          ],
        ],
      ],
    },
    properties: { name: 'Yixing and Jiangyin', rules: both },
  },
  'road-north': {
    geometry: {
      type: 'LineString',
      coordinates: [
        [120.29, 31.62],
        [120.285, 31.75],
        [120.28, 31.9],
      ],
    },
    properties: { name: 'Road to Jiangyin', width: 3000, rules: both },
  },
};

/** Lays the fences under ids of their own, always in the same order, so that two servers give alerts the same ids. */
export async function layWuxiFences(server: TestServer): Promise<void> {
  for (const [id, fence] of Object.entries(FENCES)) {
    const { status, body } = await server.now.api(`/v1/fences/${id}`, {
      method: 'PUT',
      body: { type: 'Feature', ...fence },
    });
    if (status >= 300) throw new Error(`fence ${id}: ${status} ${JSON.stringify(body)}`);
  }
}

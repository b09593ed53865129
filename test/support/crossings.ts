import type { TestServer } from './cheji.js';

/** Vehicles that go in and out of a fence: alerts without end, for who reads them. */
const START = Date.UTC(2024, 4, 1, 0);
const IN = [120.3, 31.58];
const OUT = [120.33, 31.58];
/** The way between the two at some 70 km/h. */
const ROUND_MS = 150_000;

export async function layFence(server: TestServer): Promise<void> {
  const fence = {
    type: 'Feature',
    id: 'station',
    geometry: { type: 'Point', coordinates: IN },
    properties: { name: 'Station', radius: 1500, rules: [{ type: 'enter' }, { type: 'exit' }] },
  };
  const { status } = await server.now.api('/v1/fences', { body: fence });
  if (status !== 201) throw new Error(`the fence was answered ${status}`);
}

/** Every one of `count` vehicles goes into the fence in even rounds, and out of it in odd ones. The server runs with `replay`. */
export async function cross(server: TestServer, count: number, round: number): Promise<void> {
  const [lon, lat] = round % 2 === 0 ? IN : OUT;
  const body = Array.from({ length: count }, (_, i) => ({
    vehicleId: `car-${i}`,
    time: new Date(START + round * ROUND_MS + i * 100).toISOString(),
    lon,
    lat,
    speed: 30,
  }));
  const { status } = await server.now.api('/v1/positions', { body });
  if (status !== 200) throw new Error(`round ${round} was answered ${status}`);
}

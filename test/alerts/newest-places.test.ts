import { expect, test } from 'vitest';
import { NewestPlaces } from '../../alerts/newest-places.js';
import { randomFrom } from '../../cli/support/random.js';
import { distanceM } from '../../geo/distance.js';

test('finds whom a look at everybody finds, while they move and go, across 180° too', () => {
  const random = randomFrom(4);
  const places = new NewestPlaces();
  const all = new Map<number, [number, number]>();
  const somewhere = (): [number, number] => {
    const lon = 179.95 + random() * 0.1;
    return [lon > 180 ? lon - 360 : lon, 60 + random() * 0.1];
  };
  for (let round = 0; round < 3000; round++) {
    const no = 1 + Math.floor(random() * 1500);
    if (random() < 0.1) {
      places.drop(no);
      all.delete(no);
    } else {
      const at = somewhere();
      places.put(no, ...at);
      all.set(no, at);
    }
    if (round % 20 !== 0) continue;
    const [lon, lat] = somewhere();
    const metres = random() * 3000;
    const expected = [...all].filter(([other, at]) => other !== no && distanceM(lon, lat, ...at) <= metres);
    expect(places.near(lon, lat, metres, no)).toEqual(expected.map(([other]) => other).sort((a, b) => a - b));
  }
  expect(all.size).toBeGreaterThan(700);
});

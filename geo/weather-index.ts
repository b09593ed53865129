import type { Weather } from '../model/weather.js';
import { fenceContains, type PreparedFence, prepareFence } from './fence.js';

const NONE: readonly Weather[] = Object.freeze([]) as readonly Weather[];

/** Which declared weather holds at a place and time. Areas are few and asked one by one; boxes tell of most that they are elsewhere. */
export class WeatherIndex {
  readonly #areas = new Map<string, { weather: Weather; area: PreparedFence }>();

  put(weather: Weather): void {
    const area = prepareFence({ no: 0, geometry: weather.area, properties: { name: weather.id, rules: [] } });
    this.#areas.set(weather.id, { weather, area });
  }

  remove(id: string): void {
    this.#areas.delete(id);
  }

  /** Degrees; `time` in epoch ms. In the order in which they were declared. */
  at(lon: number, lat: number, time: number): readonly Weather[] {
    if (this.#areas.size === 0) return NONE;
    const found: Weather[] = [];
    for (const { weather, area } of this.#areas.values()) {
      const holds = time >= weather.from && (weather.to === null || time < weather.to);
      if (holds && fenceContains(area, lon, lat)) found.push(weather);
    }
    return found;
  }
}

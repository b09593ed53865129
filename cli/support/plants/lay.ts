import type { ApiClient } from '../api-client.js';
import { InputError } from '../command.js';
import { circleFeature, fogBody, roadFeature } from './features.js';
import { type Planting, START } from './planting.js';

/** Terminal numbers of planted vehicles: 11 digits that no simulated town uses. */
const FIRST_NUMBER = 17_000_000_000;

export function terminalNumber(vehicleNo: number): string {
  return String(FIRST_NUMBER + vehicleNo);
}

/** Registers the vehicles of plantings, and puts their fences, roads, fog and rules in force. Throws InputError in the server's words. */
export async function layPlantings(plantings: readonly Planting[], api: ApiClient): Promise<void> {
  const put = async (method: string, path: string, body: unknown) => {
    const { status, body: answer } = await api.send(method, path, body);
    if (status >= 300) throw new InputError(`${method} ${path}: ${status} ${answer.error?.message}`);
  };
  for (const { vehicles, fences, roads, fog, rule } of plantings) {
    for (const { no, id, plate, category, drivers } of vehicles) {
      const terminals = [{ protocol: 'jt808', number: terminalNumber(no) }];
      await put('PUT', `/v1/vehicles/${id}`, {
        plate,
        plateColor: 2,
        category,
        terminals,
        ...(drivers && { drivers }),
      });
    }
    for (const fence of fences) await put('PUT', `/v1/fences/${fence.id}`, circleFeature(fence));
    if (roads.length > 0) {
      await put('POST', '/v1/roads?set=planted', { type: 'FeatureCollection', features: roads.map(roadFeature) });
    }
    for (const each of fog) await put('PUT', `/v1/weather/${each.id}`, fogBody(each, START));
    const { id, ...others } = rule;
    await put('PUT', `/v1/rules/${id}`, others);
  }
}

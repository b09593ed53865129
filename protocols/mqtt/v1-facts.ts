import { ACC_KNOWN, ACC_ON, LOCATED } from '../../model/position.js';
import { STATUS_ACC, STATUS_POSITIONED } from '../jt808/status-bits.js';

/** Bounds of a time, epoch ms: 2000 and 2100. */
export const EARLIEST = 946_684_800_000;
export const LATEST = 4_102_444_800_000;
/** What a vehicle is about (`b`), by its number in protobuf less one. */
export const BUSINESS: readonly string[] = ['loaded', 'accepted', 'empty', 'out'];

const NAME = '[A-Za-z0-9_-]{1,64}';
const VEHICLE_TOPIC = new RegExp(`^v1/(${NAME})/vehicles/(${NAME})/(position|positions|status|event)$`);
const ACK_TOPIC = new RegExp(`^v1/(${NAME})/vehicles/(${NAME})/cmd/(${NAME})/ack$`);
const BATCH_TOPIC = new RegExp(`^v1/(${NAME})/batch$`);
const ID = new RegExp(`^${NAME}$`);

/** What the topic says of a payload of ours. */
export interface V1Place {
  /** One position, several, something else; `any`: the payload itself shows it. */
  kind: 'position' | 'items' | 'status' | 'event' | 'ack' | 'any';
  /** The vehicle; null where each item names its own. */
  id: string | null;
  /** The terminal of a vehicle. */
  terminal(id: string): string;
  /** Of an acknowledgement: the command. */
  command?: string;
}

export function isVehicleId(text: string): boolean {
  return ID.test(text);
}

/**
 * `v1/{tenant}/vehicles/{id}/…` and `v1/{tenant}/batch`, where the terminal is `tenant:id`; null for any other topic. What a
 * broker checks is the topic, so the topic says who it is.
 */
export function v1Place(topic: string): V1Place | null {
  const vehicle = VEHICLE_TOPIC.exec(topic);
  if (vehicle !== null) {
    const [, tenant, id, kind] = vehicle;
    const terminal = `${tenant}:${id}`;
    return { kind: kind === 'positions' ? 'items' : (kind as V1Place['kind']), id, terminal: () => terminal };
  }
  const ack = ACK_TOPIC.exec(topic);
  if (ack !== null) {
    const [, tenant, id, command] = ack;
    return { kind: 'ack', id, terminal: () => `${tenant}:${id}`, command };
  }
  const batch = BATCH_TOPIC.exec(topic);
  return batch && { kind: 'items', id: null, terminal: (id) => `${batch[1]}:${id}` };
}

/** The flags of a JT/T 808 status word. */
export function statusFlags(status: number): number {
  return ACC_KNOWN | (status & STATUS_ACC ? ACC_ON : 0) | (status & STATUS_POSITIONED ? LOCATED : 0);
}

import type { RuleSettings } from '../model/change.js';
import { deliveryKeys } from './delivery-keys.js';
import type { ValuesOf } from './key.js';
import { mqttKeys } from './mqtt-keys.js';
import { nodeKeys } from './node-keys.js';
import { positionKeys } from './position-keys.js';
import { ruleKeys } from './rule-keys.js';
import { serverKeys } from './server-keys.js';
import { storeKeys } from './store-keys.js';
import { terminalKeys } from './terminal-keys.js';

/** Those that are read into `Settings` by the name they have here. */
export const PLAIN_KEYS = {
  ...serverKeys,
  ...terminalKeys,
  ...mqttKeys,
  ...deliveryKeys,
  ...nodeKeys,
  ...storeKeys,
  ...positionKeys,
};

/** Every key there is, in the order in which they are shown. */
export const ALL_KEYS = [...Object.values(PLAIN_KEYS), ...Object.values(ruleKeys)];

/** Everything that can be set, typed; units and meanings stand beside the keys. */
export interface Settings extends ValuesOf<typeof PLAIN_KEYS> {
  rules: RuleSettings;
}

/** Keys of the contract that this version does not serve yet: told, never refused, so that one environment fits all. */
export const LATER: Record<string, string> = {
  CHEJI_JT809_PORT: 'JT/T 809 links are not in this version',
};

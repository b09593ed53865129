import { z } from 'zod';
import { key, optional, urlOf, wholeNumber } from './key.js';

/** What this process is among several, and how the others reach it. */
export const nodeKeys = {
  role: key(
    'CHEJI_ROLE',
    'all',
    'all (the main node, alone or with others) or api (another node: API, stream and page of what the main node has)',
    z.enum(['all', 'api']),
  ),
  /** null: the address and port that it listens on. */
  nodeUrl: optional(
    'CHEJI_NODE_URL',
    'http://host:port or https://…, where other nodes reach the API of this main node',
    urlOf(/^https?$/),
  ),
  nodeAlertSteps: key(
    'CHEJI_NODE_ALERT_STEPS',
    '50000',
    '1000 to 500000: steps of alerts that Redis and each other node keep for who comes back; the same on all nodes',
    wholeNumber(1000, 500_000),
  ),
};

import { national } from './packs/national.js';
import { nationalCoaches } from './packs/national-coaches.js';
import type { RulePack } from './packs/rule-pack.js';
import { supervision } from './packs/supervision.js';

/** A new pack is a file and a line. */
export const RULE_PACKS: readonly RulePack[] = [national, nationalCoaches, supervision];

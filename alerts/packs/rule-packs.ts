import { national } from './national.js';
import { nationalCoaches } from './national-coaches.js';
import type { RulePack } from './rule-pack.js';
import { supervision } from './supervision.js';

/** A new pack is a file and a line. */
export const RULE_PACKS: readonly RulePack[] = [national, nationalCoaches, supervision];

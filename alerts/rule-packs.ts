import { national } from './packs/national.js';
import { supervision } from './packs/supervision.js';

/** Rules that belong together, as data: each is what `PUT /v1/rules/{id}` takes, with the words of the law and its dates. */
export interface RulePack {
  id: string;
  name: string;
  rules: readonly { id: string; type: string; clause: string; [more: string]: unknown }[];
}

/** A new pack is a file and a line. */
export const RULE_PACKS: readonly RulePack[] = [national, supervision];

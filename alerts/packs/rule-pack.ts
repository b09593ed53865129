/**
 * Rules that belong together, as data: each is what `PUT /v1/rules/{id}` takes, with the words of the law and its dates. A text that
 * is amended is another pack with ids of its own: both may be in force, each between its dates, and side by side where these overlap.
 */
export interface RulePack {
  id: string;
  name: string;
  /** Which text, or which form of it. */
  revision: string;
  rules: readonly { id: string; type: string; clause: string; [more: string]: unknown }[];
  /** What no text that we have seen says: ours until somebody shows one. */
  unconfirmed: readonly { rule: string; what: string }[];
}

import type { AuditSource } from '../api/deps.js';
import type { AuditRecord } from '../model/audit.js';
import type { Catalog, CatalogSnapshot } from '../model/catalog.js';
import type { RuleSettings } from '../model/change.js';
import type { Fence } from '../model/fence.js';
import type { PastForm } from '../model/rehearsal.js';
import type { RuleDefinition } from '../model/rule.js';

/** What a rule was at a time, with what it speaks of. */
export interface PastRule {
  /** Null: it is one of a fence, or of the settings. */
  rule: RuleDefinition | null;
  /** Of the whole catalog. */
  fences: readonly Fence[];
  settings: RuleSettings;
  forms: PastForm[];
}

interface Revised {
  revision: number;
  /** Epoch ms. */
  createdAt: number;
  updatedAt: number;
}

/** Ids have colons: whose a rule is, is asked of so many names. */
const MAX_NAMES = 6;
/** Fences of a rule that have changed since, and are looked up; the others are asked as they are today. */
const MAX_FENCES = 50;
/** Entries about an object that may concern it only: what was done to its alerts. */
const MAX_ENTRIES = 20;
const MADE = 'rule:';
const OF_FENCE = /^fence:(.+):(?:enter|exit|overspeed)(?::\d+)?$/;

/** Rules, fences and settings as they were: today's, where they have not changed since; else what the audit has. */
export class PastForms {
  constructor(private readonly audit: AuditSource) {}

  /** What the rule was at `time`, epoch ms; null where nobody knows of such a rule, then or now. Rejects as the audit does. */
  async at(ruleId: string, time: number, catalog: Catalog): Promise<PastRule | null> {
    const { settings } = catalog;
    const fences = [...catalog.fences.values()];
    const ofFence = OF_FENCE.exec(ruleId)?.[1];
    if (ofFence !== undefined && !catalog.rules.has(ruleId)) {
      const { found, forms } = await this.#fences([ofFence], time, catalog);
      return { rule: null, fences: replaced(fences, found), settings, forms };
    }
    if (ruleId.startsWith('speed-limit:') && !catalog.rules.has(ruleId)) {
      const past = await this.#settings(time, settings);
      return { rule: null, fences, ...past };
    }
    const past = await this.#rule(namesOf(ruleId), time, catalog);
    if (!past) return null;
    const { found, forms } = await this.#fences(past.rule.scope.fences ?? [], time, catalog);
    return { rule: past.rule, fences: replaced(fences, found), settings, forms: [past.form, ...forms] };
  }

  /** The first of the names that is, or was, a rule's. */
  async #rule(
    names: readonly string[],
    time: number,
    catalog: Catalog,
  ): Promise<{ rule: RuleDefinition; form: PastForm } | null> {
    for (const name of names) {
      const today = catalog.rules.get(name);
      if (!today) continue;
      const { form, of } = await this.#formAt('rule', name, time, today, ruleIn);
      return { rule: form ?? today, form: of };
    }
    for (const name of names) {
      const { form, of } = await this.#formAt('rule', name, time, undefined, ruleIn);
      if (form) return { rule: form, form: of };
    }
    return null;
  }

  async #fences(
    ids: readonly string[],
    time: number,
    catalog: Catalog,
  ): Promise<{ found: Map<string, Fence>; forms: PastForm[] }> {
    const found = new Map<string, Fence>();
    const forms: PastForm[] = [];
    let room = MAX_FENCES;
    for (const id of ids) {
      const today = catalog.fenceById(id);
      const isToday = today !== undefined && today.updatedAt <= time;
      if (!isToday && room-- <= 0) {
        forms.push({ object: `fence/${id}`, revision: today?.revision ?? null, form: 'today' });
        continue;
      }
      const { form, of } = await this.#formAt('fence', id, time, today, fenceIn);
      if (form) found.set(id, form);
      forms.push(of);
    }
    return { found, forms };
  }

  async #settings(time: number, today: RuleSettings): Promise<{ settings: RuleSettings; forms: PastForm[] }> {
    const entry = await this.#newest('settings', time);
    const then = entry?.content?.settings as RuleSettings | undefined;
    const form = then?.speedLimits ? 'then' : 'today';
    return {
      settings: form === 'then' ? (then as RuleSettings) : today,
      forms: [{ object: 'settings', revision: null, form }],
    };
  }

  /** `form` null: that of then is not known, or there was none. */
  async #formAt<T extends Revised>(
    kind: string,
    id: string,
    time: number,
    today: T | undefined,
    read: (content: AuditRecord['content']) => T | null,
  ): Promise<{ form: T | null; of: PastForm }> {
    const object = `${kind}/${id}`;
    if (today && today.updatedAt <= time)
      return { form: today, of: { object, revision: today.revision, form: 'then' } };
    const entry = await this.#newest(object, time);
    const then = entry && read(entry.content);
    if (then) return { form: then, of: { object, revision: then.revision, form: 'then' } };
    const revision = today?.revision ?? null;
    // It was gone, or came later; or its form was too long for the audit, or is older than that.
    const isAbsent = entry ? entry.content === null : !today || today.createdAt > time;
    return { form: null, of: { object, revision, form: isAbsent ? 'absent' : 'today' } };
  }

  /** The newest entry that made the object what it was at `time`, epoch ms. */
  async #newest(object: string, time: number): Promise<AuditRecord | undefined> {
    const entries = await this.audit.list({ object: [object], to: time + 1, limit: MAX_ENTRIES });
    return entries.find(({ objects, at }) => objects[0] === object && at <= time);
  }
}

/** The catalog with these forms. */
export function asItWas(today: CatalogSnapshot, { fences, settings }: PastRule): CatalogSnapshot {
  return { ...today, fences: [...fences], settings };
}

/** `rule:<id>:<fence>` and `rule:<id>` are made of the definition `<id>`; so is `<id>` itself. Ids may have colons: the longest first. */
function namesOf(ruleId: string): string[] {
  const names = [ruleId];
  if (!ruleId.startsWith(MADE)) return names;
  for (let end = ruleId.length; end > MADE.length; end = ruleId.lastIndexOf(':', end - 1)) {
    names.push(ruleId.slice(MADE.length, end));
  }
  return names.slice(0, MAX_NAMES);
}

function replaced(fences: readonly Fence[], found: ReadonlyMap<string, Fence>): Fence[] {
  return [...fences.filter(({ id }) => !found.has(id)), ...found.values()];
}

function ruleIn(content: AuditRecord['content']): RuleDefinition | null {
  const rule = content?.rule as RuleDefinition | undefined;
  return rule?.type && rule.scope ? rule : null;
}

function fenceIn(content: AuditRecord['content']): Fence | null {
  const fence = content?.fence as Fence | undefined;
  return fence?.geometry && fence.properties ? fence : null;
}

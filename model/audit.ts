import type { Change } from './change.js';

/** One act of a person, or of a part of the system in its own name: what the audit keeps of a change. */
export interface AuditEntry {
  /** Its record in the log. */
  seq: number;
  /** Epoch ms. */
  at: number;
  /** Who: `admin`, `system`, `settings` … */
  actor: string;
  /** Type of the change: `fence-put`, `alert-action`, `command-put` … */
  action: string;
  /** What it was done to, `<kind>/<id>`; the first is what it is about, the others are concerned: `alert/…`, `vehicle/…`. */
  objects: string[];
  note: string | null;
  /** What was said; where the act gives an object a form, that form. null: there is none from now on. */
  content: Record<string, unknown> | null;
}

/** An entry as people read it. */
export interface AuditRecord extends AuditEntry {
  /** Content of the entry before it about the same object; null where none is kept. */
  before: Record<string, unknown> | null;
}

/** Which entries are asked for. */
export interface AuditFilter {
  /** Bounds of `at`, epoch ms: from ≤ at < to. */
  from?: number;
  to?: number;
  actor?: readonly string[];
  /** Entries that concern one of these, as in `objects`. */
  object?: readonly string[];
}

/** Place of an entry in a list that runs from the newest. */
export interface AuditPlace {
  at: number;
  seq: number;
}

/** A longer content is a file that somebody brought in: its size is kept, and the log has it. */
const CONTENT_CHARS = 64 * 1024;
const MAX_OBJECTS = 1000;

/**
 * What the audit keeps of a change; null where nobody stands behind it: what terminals say, time, the progress of commands.
 * Read from the form of a change alone, so that new types need nothing here: who is `by`, of the change or of what is in
 * it; `note` is said to explain; `id`, `ids`, `set` and the members of a list are what it is about, and `vehicleId`, `alertId`
 * … what it concerns.
 */
export function auditEntry(change: Change, seq: number): AuditEntry | null {
  const { type, at, revision: _revision, ...said } = change as Change & Record<string, unknown>;
  const { by, note: _note, ...content } = said as Record<string, unknown>;
  const members = Object.values(content)
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .filter(isRecord);
  const actor = by ?? members.find((member) => typeof member.by === 'string')?.by;
  if (typeof actor !== 'string') return null;
  const kind = type.slice(0, type.lastIndexOf('-'));
  return {
    seq,
    at,
    actor,
    action: type,
    objects: objectsOf(kind, content, members),
    note: noteOf([said, ...members]),
    content: type.endsWith('-delete') ? null : bounded(withoutCarried(content)),
  };
}

function noteOf(parts: Record<string, unknown>[]): string | null {
  const found = parts.find(({ note }) => typeof note === 'string' && note !== '');
  return (found?.note as string | undefined) ?? null;
}

/** Alerts of which something is said may come along whole (`AlertTarget`): they are not what was said. */
function withoutCarried(content: Record<string, unknown>): Record<string, unknown> {
  if (!Array.isArray(content.targets)) return content;
  return { ...content, targets: content.targets.filter(isRecord).map(({ alert: _, ...target }) => target) };
}

function objectsOf(kind: string, content: Record<string, unknown>, members: Record<string, unknown>[]): string[] {
  const about: string[] = [];
  const concerned: string[] = [];
  for (const part of [content, ...members]) {
    // What was brought in together goes by the name of its set.
    const ids = Array.isArray(part.ids) ? part.ids : [part.id ?? (part === content ? part.set : undefined)];
    for (const id of ids) if (typeof id === 'string') about.push(`${kind.replace(/s$/, '')}/${id}`);
    const { protocol, number } = part;
    if (typeof protocol === 'string' && typeof number === 'string') concerned.push(`terminal/${protocol}-${number}`);
    for (const [key, value] of Object.entries(part)) {
      if (key.endsWith('Id') && typeof value === 'string') concerned.push(`${key.slice(0, -2)}/${value}`);
    }
  }
  if (about.length === 0 && concerned.length === 0) about.push(kind);
  return [...new Set([...about, ...concerned])].slice(0, MAX_OBJECTS);
}

function bounded(content: Record<string, unknown>): Record<string, unknown> {
  const chars = JSON.stringify(content).length;
  return chars <= CONTENT_CHARS ? content : { chars };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

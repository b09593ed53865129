/** A fix that an alert was decided by: where, and the part it played (`onset`, `peak`, `deciding` …). */
export interface EvidenceFix {
  role: string;
  time: string | null;
  lon: number;
  lat: number;
  speed: number | null;
}

/** The fixes in an alert's evidence that have a place (alerts/rule.ts, `Evidence`). */
export function evidenceFixes(evidence: Record<string, unknown>): EvidenceFix[] {
  const fixes = (evidence.fixes ?? {}) as Record<string, Omit<EvidenceFix, 'role'> | null>;
  return Object.entries(fixes).flatMap(([role, fix]) =>
    typeof fix?.lon === 'number' && typeof fix.lat === 'number' ? [{ ...fix, role }] : [],
  );
}

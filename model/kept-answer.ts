/** An answer of the API, kept for whoever asks again with the same Idempotency-Key. */
export interface KeptAnswer {
  /** What the key belongs to, and the key. */
  place: string;
  /** Of everything in the request that the answer depends on. */
  fingerprint: string;
  status: number;
  headers: readonly (readonly [string, string])[];
  /** null: it has none. */
  body: string | null;
}

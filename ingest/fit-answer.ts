/** An answer is kept up to this length, as JSON. */
const MAX_CHARS = 256 * 1024;
/** How much of a long text, and of a long list, is kept of an answer that is too long. */
const TEXT_KEPT = 16 * 1024;
const LIST_KEPT = 500;

/** The answer as it is kept: whole where it is not too long; else its long texts and lists cut, and `cut` names them. */
export function fitAnswer(answer: Record<string, unknown>): Record<string, unknown> {
  if (JSON.stringify(answer).length <= MAX_CHARS) return answer;
  const cut: string[] = [];
  const fitted = Object.fromEntries(
    Object.entries(answer).map(([name, value]) => {
      if (typeof value === 'string' && value.length > TEXT_KEPT) {
        cut.push(name);
        return [name, value.slice(0, TEXT_KEPT)];
      }
      if (Array.isArray(value) && value.length > LIST_KEPT) {
        cut.push(name);
        return [name, value.slice(0, LIST_KEPT)];
      }
      return [name, value];
    }),
  );
  return { ...fitted, cut };
}

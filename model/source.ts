/** Where a fix came from. The number is stored with every fix: add at the end, never renumber. */
export const SOURCE_NAMES = [
  'unknown',
  'jt808',
  'jt809',
  'jt905',
  'ride-hailing',
  'mqtt',
  'http',
  'ais',
  'file',
] as const;

export type SourceName = (typeof SOURCE_NAMES)[number];

export function sourceNumber(name: SourceName): number {
  return SOURCE_NAMES.indexOf(name);
}

/** 张三 as 张**. */
export function maskName(name: string | null): string | null {
  return name === null ? null : `${[...name][0] ?? ''}**`;
}

/** Three digits in front and four at the end, where that leaves at least as many hidden. */
export function maskNumber(number: string | null): string | null {
  if (number === null) return null;
  const [front, end] = number.length >= 14 ? [3, 4] : [0, Math.min(2, number.length >> 2)];
  return number.slice(0, front) + '*'.repeat(number.length - front - end) + number.slice(number.length - end);
}

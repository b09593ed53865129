/** Edge of the picture of a sign, in pixels of it; drawn at half that size. */
const SIZE = 44;
const PREFIX = 'limit-';

/** The sign for a limit in km/h: name of the picture that `speedSign` draws. */
export const signName = (limit: number | 'none'): string => `${PREFIX}${limit}`;

/** A speed limit as it stands by the road (GB 5768.2: red ring, black figures; its end: a grey stroke); null for another name. */
export function speedSign(name: string): ImageData | null {
  if (!name.startsWith(PREFIX)) return null;
  const limit = name.slice(PREFIX.length);
  const canvas = document.createElement('canvas');
  canvas.width = SIZE;
  canvas.height = SIZE;
  const context = canvas.getContext('2d');
  if (!context) return null;
  const none = limit === 'none';
  const middle = SIZE / 2;
  context.beginPath();
  context.arc(middle, middle, middle - 4, 0, 2 * Math.PI);
  context.fillStyle = '#f4f6f8';
  context.fill();
  context.lineWidth = none ? 3 : 6;
  context.strokeStyle = none ? '#56616c' : '#d43d33';
  context.stroke();
  if (none) {
    context.beginPath();
    context.moveTo(SIZE * 0.72, SIZE * 0.25);
    context.lineTo(SIZE * 0.28, SIZE * 0.75);
    context.stroke();
  } else {
    context.font = `bold ${limit.length > 2 ? 15 : 19}px system-ui, sans-serif`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillStyle = '#10161c';
    context.fillText(limit, middle, middle + 1);
  }
  return context.getImageData(0, 0, SIZE, SIZE);
}

import { z } from 'zod';

const TIME_OF_DAY = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
const timeOfDay = z.string().regex(TIME_OF_DAY, 'must be HH:MM, 00:00 to 23:59');

/** A daily window in Beijing time; may run over midnight. */
export const hoursSchema = z.strictObject({ from: timeOfDay, to: timeOfDay });

/**
 * Shape: what V8 knows of a record's fields. It notes for each whether it has held small integers
 * only; one that starts as 0 and holds a large number later changes the shape of its record, and
 * code compiled before and after then meets two shapes at every use. A record of the fault path
 * therefore says at birth which of its fields are doubles.
 */

type Numbers<R> = { [K in keyof R]-?: R[K] extends number ? K : never }[keyof R];

/** `record`, with `fields` stored as doubles from now on; their values stay. */
export function holdingDoubles<R extends object>(record: R, ...fields: Numbers<R>[]): R {
  const numbers = record as Record<PropertyKey, number>;
  for (const field of fields) {
    const value = numbers[field] as number;
    numbers[field] = 0.5;
    numbers[field] = value;
  }
  return record;
}

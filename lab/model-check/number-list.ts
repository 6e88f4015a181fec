/** A list of 32-bit numbers that grows: tens of millions of them, four bytes each. */

export interface NumberList {
  numbers: Int32Array;
  length: number;
}

export function createNumberList(): NumberList {
  return { numbers: new Int32Array(1 << 10), length: 0 };
}

export function append(list: NumberList, value: number): void {
  if (list.length === list.numbers.length) {
    const larger = new Int32Array(2 * list.length);
    larger.set(list.numbers);
    list.numbers = larger;
  }
  list.numbers[list.length++] = value;
}

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMessageQueue, dequeue, enqueue } from '../../nucleus/messages.ts';

test('[CAP6] messages come out in the order they went in, word for word, as of a naive list', () => {
  const word = fc.oneof(
    fc.integer(),
    fc.constantFrom(0.5, 1e300, 2 ** 53, Number.POSITIVE_INFINITY),
    fc.maxSafeInteger(),
  );
  const head = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
  const words5 = fc.array(word, { minLength: 5, maxLength: 5 });
  const step = fc.option(fc.tuple(head, words5).map(([a, b]) => [...a, ...b]));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const queue = createMessageQueue(70);
      const naive: number[][] = [];
      const take = () => {
        const { op, from, to, account, w0, w1, w2, w3, time } = dequeue(queue);
        expect([op, from, to, account, w0, w1, w2, w3, time]).toEqual(naive.shift());
      };
      for (const words of steps) {
        if (words === null) {
          if (naive.length > 0) take();
        } else if (naive.length < 70) {
          enqueue(
            queue,
            ...(words as Parameters<typeof enqueue> extends [unknown, ...infer W] ? W : never),
          );
          naive.push(words);
        }
        expect(queue.count).toBe(naive.length);
      }
      while (naive.length > 0) take();
    }),
    { seed: 113, numRuns: 300 },
  );
});

test('[CAP6] the bound on messages under way is an invariant', () => {
  const queue = createMessageQueue(2);
  for (let i = 0; i < 2; i++) enqueue(queue, i, 0, 0, 0, 0, 0, 0, 0, 0);
  expect(() => enqueue(queue, 2, 0, 0, 0, 0, 0, 0, 0, 0)).toThrow('messages:');
});

test('[CAP6] what a receiver reads stays as it was while it sends, also when the ring grows', () => {
  const queue = createMessageQueue(1000);
  for (let op = 0; op < 20; op++) enqueue(queue, op, 0, 0, 0, op, 0, 0, 0, 0);
  const message = dequeue(queue);
  for (let op = 20; op < 500; op++) enqueue(queue, op, 0, 0, 0, op, 0, 0, 0, 0);
  expect([message.op, message.w0]).toEqual([0, 0]);
  for (let op = 1; op < 500; op++) expect(dequeue(queue).w0).toBe(op);
});

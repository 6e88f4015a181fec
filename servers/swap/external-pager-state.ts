/** State of an external pager (external-pager.ts): plain data, sized at boot. */

/** A page on its way, or a free record (client 0). */
export interface Passage {
  client: number;
  tag: number;
  op: number;
  capability: number;
  page: number;
  into: number;
  account: number;
  /** It has got its buffer. */
  isWorked: boolean;
  /** The buffer's slot, or NO_SLOT. */
  slot: number;
}

export interface ExternalPagerOptions {
  readonly id: number;
  /** Ports: whoever grants it frames, and where its pages go. */
  readonly memoryPort: number;
  readonly swapPort: number;
  /** Frames of its reserve: guaranteed to it, in hand from the first on, and never returned. */
  readonly reserve: number;
  /** Pages that it moves at a time, a buffer each. */
  readonly buffers: number;
  /** How many of them pages of one client may have while others wait [LAST4]. */
  readonly laundry: number;
  /** How long it works on a page, and how long it waits when it is refused: clock of terms. */
  readonly perPage: number;
  readonly retryAfter: number;
  readonly requests: number;
}

export interface ExternalPagerState extends ExternalPagerOptions {
  /** By client: where its blocks begin among those of this pager. */
  readonly base: number[];
  readonly passages: Passage[];
  /** Numbers of passages that wait for a buffer, oldest first. */
  readonly queue: number[];
  /** Slots of buffers in hand that nothing is done with. */
  readonly spare: number[];
  held: number;
  working: number;
  /** Frames to be returned as their pages are moved. */
  owed: number;
  asking: boolean;
}

/** A passage has no buffer. */
export const NO_SLOT = -1;
export function createExternalPager(options: ExternalPagerOptions): ExternalPagerState {
  const create = (): Passage => ({
    client: 0,
    tag: 0,
    op: 0,
    capability: 0,
    page: 0,
    into: 0,
    account: 0,
    isWorked: false,
    slot: NO_SLOT,
  });
  return {
    ...options,
    base: [],
    passages: Array.from({ length: options.requests }, create),
    queue: [],
    spare: [],
    held: 0,
    working: 0,
    owed: 0,
    asking: false,
  };
}

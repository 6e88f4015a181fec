/** Who has not given what it was asked for lately goes before all others (Viengoos's karma). */

import { type Arbiter, PLAIN } from './arbiter.ts';

/** Above any excess, so that karma decides first. */
const FRAMES_MAX = 2 ** 24;

export const karma: Arbiter = {
  ...PLAIN,
  name: 'karma',
  summary: 'offenders first, then the largest excess',
  rank: (client, revocable) => client.karma * FRAMES_MAX + revocable,
};

import { describe, expect, test } from 'vitest';
import { findPolicy, policies, suggestPolicy } from '../../../clients/policies/index.ts';
import skeleton from '../../../clients/policies/skeleton.ts';

describe('registry', () => {
  test('each key is the name; parameters have defaults; the skeleton is not listed', () => {
    for (const [key, policy] of Object.entries(policies)) {
      expect(policy.name).toBe(key);
      expect(policy.summary.length).toBeGreaterThan(10);
      expect(policy.summary.length).toBeLessThanOrEqual(80);
      expect(policy.check).toBeDefined();
      const sees = policy.sight === 'oracle' || policy.sight === 'future';
      expect(policy.referencesSeen !== undefined).toBe(sees);
    }
    expect(Object.keys(policies)).not.toContain(skeleton.name);
    expect(policies['working-set'].parameters).toHaveProperty('tau');
  });

  test('finds by name and nothing else', () => {
    expect(findPolicy('clock')).toBe(policies.clock);
    expect(findPolicy('Clock')).toBeUndefined();
    expect(findPolicy('constructor')).toBeUndefined();
  });

  test('suggests the nearest name, when one is near', () => {
    expect(suggestPolicy('clok')).toBe('clock');
    expect(suggestPolicy('LRU')).toBe('lru');
    expect(suggestPolicy('secondchance')).toBe('second-chance');
    expect(suggestPolicy('workingset')).toBe('working-set');
    expect(suggestPolicy('optimum')).toBe('optimal');
    expect(suggestPolicy('segmented')).toBeUndefined();
    expect(suggestPolicy('')).toBeUndefined();
  });
});

/**
 * Member view: one task's pages under a central management, by the numbers that they have in its own space;
 * what its own policy sees when it is asked.
 */

import type { CentralMember, CentralView } from '../../contracts/central-management.ts';
import { NONE } from '../../contracts/page-lists.ts';
import type { PolicyView } from '../../contracts/policy.ts';

export class MemberView implements PolicyView {
  central: CentralView | null = null;
  member = 0;
  base = 0;

  /** Points it at the member that `page` is of. */
  at(members: readonly CentralMember[], central: CentralView, page: number): MemberView {
    let low = 0;
    let high = members.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (members[middle].firstPage <= page) low = middle;
      else high = middle - 1;
    }
    this.central = central;
    this.member = low;
    this.base = members[low].firstPage;
    return this;
  }

  now(): number {
    return (this.central as CentralView).taskTime(this.member);
  }
  referenced(page: number): boolean {
    return (this.central as CentralView).referenced(this.base + page);
  }
  clearReferenced(page: number): void {
    (this.central as CentralView).clearReferenced(this.base + page);
  }
  modified(page: number): boolean {
    return (this.central as CentralView).modified(this.base + page);
  }
  evictable(page: number): boolean {
    return (this.central as CentralView).evictable(this.base + page);
  }
  priority(): number {
    return 0;
  }
  discardable(): boolean {
    return false;
  }
  /** Another task's fault is no business of its. */
  wanted(): number {
    const { central, member, base } = this;
    const page = (central as CentralView).wanted();
    return page >= 0 && (central as CentralView).memberOf(page) === member ? page - base : NONE;
  }
}

/** Re-sums all that UVM keeps twice; returns what is wrong, or undefined. */

import { ANON, type Entry, FREE, NONE, OBJECT, type UvmState } from './state.ts';

export function checkUvm(state: UvmState): string | undefined {
  return (
    checkMaps(state) ??
    checkAmaps(state) ??
    checkAnons(state) ??
    checkFrames(state) ??
    checkMappings(state)
  );
}

function checkMaps({ spaces, objects }: UvmState): string | undefined {
  const refs = objects.map(() => 0);
  for (const [space, { entries, alive }] of spaces.entries()) {
    if (!alive && entries.length > 0) return `space ${space} has ended and has entries`;
    let before = 0;
    for (const { start, end, object } of entries) {
      if (start < before || end <= start)
        return `space ${space}: entry at ${start} is out of order`;
      before = end;
      if (object !== NONE) refs[object]++;
    }
  }
  const wrong = objects.findIndex((object, id) => object.refs !== refs[id]);
  return wrong < 0 ? undefined : `object ${wrong} counts ${objects[wrong].refs} references`;
}

function checkAmaps({ spaces, amaps }: UvmState): string | undefined {
  const refs = amaps.map(() => 0);
  const covered = amaps.map((amap) => new Int32Array(amap?.anons.length ?? 0));
  const all: Entry[] = spaces.flatMap(({ entries }) => entries);
  for (const { amap, amapFrom, start, end } of all) {
    if (amap === NONE) continue;
    refs[amap]++;
    for (let place = amapFrom; place < amapFrom + end - start; place++) covered[amap][place]++;
  }
  for (const [id, amap] of amaps.entries()) {
    if (amap === null) {
      if (refs[id] > 0) return `amap ${id} is gone and referred to`;
      continue;
    }
    if (amap.refs !== refs[id]) return `amap ${id} counts ${amap.refs} of ${refs[id]} references`;
    for (let place = 0; place < amap.anons.length; place++) {
      if (amap.covered[place] !== covered[id][place]) return `amap ${id} miscounts place ${place}`;
      if (covered[id][place] === 0 && amap.anons[place] !== NONE)
        return `amap ${id} keeps an anon at place ${place}, which nobody covers`;
    }
  }
  return undefined;
}

/** Each anon is referred to as often as it counts, and its contents are somewhere. */
function checkAnons({ amaps, anons, swap, frames }: UvmState): string | undefined {
  const refs = anons.map(() => 0);
  for (const amap of amaps) for (const anon of amap?.anons ?? []) if (anon !== NONE) refs[anon]++;
  let slots = 0;
  for (const [id, anon] of anons.entries()) {
    if (anon.refs !== refs[id]) return `anon ${id} counts ${anon.refs} of ${refs[id]} references`;
    if (anon.refs > 0 && anon.frame === NONE && anon.slot === NONE) return `anon ${id} is lost`;
    if (anon.refs === 0 && (anon.frame !== NONE || anon.slot !== NONE)) return `anon ${id} leaks`;
    if (anon.slot === NONE) continue;
    slots++;
    if (swap.used[anon.slot] === 0) return `anon ${id} is in a slot that is free`;
    const isClean = anon.frame !== NONE && frames.dirty[anon.frame] === 0;
    if (isClean && frames.content[anon.frame] !== swap.content[anon.slot])
      return `anon ${id} is clean and differs from swap`;
  }
  const used = swap.used.reduce((sum, each) => sum + each, 0);
  if (used !== slots) return `${used} slots are in use, anons have ${slots}`;
  return swap.free === swap.used.length - used ? undefined : `swap counts ${swap.free} free slots`;
}

function checkFrames({ frames, anons, objects }: UvmState): string | undefined {
  for (let frame = 0; frame < frames.holds.length; frame++) {
    const owner = frames.owner[frame];
    const holds = frames.holds[frame];
    if (holds === ANON && anons[owner].frame !== frame) return `frame ${frame} is not its anon's`;
    if (holds === OBJECT && objects[owner].frames[frames.page[frame]] !== frame)
      return `frame ${frame} is not its object's`;
    if ((holds === FREE) !== frames.free.includes(frame)) return `frame ${frame}: free or not`;
    if ((holds === FREE) === frames.queue.includes(frame)) return `frame ${frame}: queued or not`;
  }
  const total = frames.free.length + frames.queue.length;
  return total === frames.holds.length ? undefined : `${total} frames are free or queued`;
}

function checkMappings({ frames, spaces }: UvmState): string | undefined {
  const listed = frames.mappings.reduce((sum, { length }) => sum + length, 0);
  let mapped = 0;
  for (const [space, { pmap }] of spaces.entries())
    for (const [page, word] of pmap.entries()) {
      if (word === 0) continue;
      mapped++;
      const frame = (word >> 1) - 1;
      if (frames.holds[frame] === FREE) return `space ${space} maps page ${page} to a free frame`;
      if ((word & 1) === 1 && frames.loans[frame] > 0)
        return `space ${space} may write page ${page}, whose frame is on loan`;
    }
  return mapped === listed ? undefined : `${mapped} pages are mapped, frames list ${listed}`;
}

/**
 * Palette: colours of the live view, one an owner, as numbers of the terminal's 256.
 *
 * Of middling luminance, so that each can be read on black and on white alike: the contrast (WCAG
 * 2.1) is 3.4 or more on both, which a test computes. Colours repeat; letters do not depend on them.
 */

const OWNERS = [33, 166, 28, 127, 31, 160, 97, 94, 64, 169, 30, 61] as const;
export const ALARM = 160;

/** `text` in a colour of the palette, or as it is. */
export function coloured(text: string, colour: number, colours: boolean): string {
  return colours ? `\u001b[38;5;${colour}m${text}\u001b[39m` : text;
}

export function ownerColour(owner: number): number {
  return OWNERS[owner % OWNERS.length];
}

export const paletteColours: readonly number[] = [...OWNERS, ALARM];

/**
 * Page work: CPU time of what swap layers do to the 4096 bytes of a page, by machine. None of it was
 * measured on these machines: the figures are recalled or worked out, for ratios alone. Copying a
 * page is a figure of the machine's cost profile.
 */

import type { Figure } from './profile.ts';

export interface PageWorkFigures {
  /** Compressing, restoring: WKdm. */
  readonly compressNs: Figure;
  readonly decompressNs: Figure;
  /** Enciphering or deciphering: ChaCha20. */
  readonly cipherNs: Figure;
  /** Hashing, 64 bits. */
  readonly hashNs: Figure;
}

const MODERN = '3 GHz core of about 2023';
const M68020 = 'MC68020 at 20 MHz, 50 ns a cycle';
const R3000 = 'R3000 at 25 MHz, 40 ns a cycle';

export const pageWork: Readonly<Record<string, PageWorkFigures>> = {
  'modern-nvme': {
    compressNs: { value: 2_700, source: `${MODERN}: WKdm at 1.5 GB/s a core (recalled)` },
    decompressNs: { value: 1_600, source: `${MODERN}: WKdm at 2.5 GB/s a core (recalled)` },
    cipherNs: {
      value: 1_800,
      source: `${MODERN}: ChaCha20 with AVX2, 1.3 cycles a byte (recalled); 4096 * 1.3 / 3 GHz`,
    },
    hashNs: { value: 400, source: `${MODERN}: a hash of 64 bits at 10 GB/s (recalled)` },
  },
  'sun3-60': {
    compressNs: { value: 3_100_000, source: `${M68020}: 1024 words, 60 cycles each (worked out)` },
    decompressNs: {
      value: 2_000_000,
      source: `${M68020}: 1024 words, 40 cycles each (worked out)`,
    },
    cipherNs: {
      value: 8_200_000,
      source: `${M68020}: ChaCha20 without vectors, 40 cycles a byte (worked out)`,
    },
    hashNs: { value: 600_000, source: `${M68020}: 1024 words, 12 cycles each (worked out)` },
  },
  'decstation-5000': {
    compressNs: { value: 1_200_000, source: `${R3000}: 1024 words, 30 cycles each (worked out)` },
    decompressNs: { value: 800_000, source: `${R3000}: 1024 words, 20 cycles each (worked out)` },
    cipherNs: {
      value: 3_300_000,
      source: `${R3000}: ChaCha20 without vectors, 20 cycles a byte (worked out)`,
    },
    hashNs: { value: 250_000, source: `${R3000}: 1024 words, 6 cycles each (worked out)` },
  },
};

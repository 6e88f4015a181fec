/** `leasehold dialogue`: tasks speak the protocol by hand, as a file says. */

import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { inputError, parseSource } from '../../lab/scenario/index.ts';
import { BROKEN, OK } from '../exit-codes.ts';

const BYTES_MAX = 1 << 20;

export function addDialogue(program: Command, finish: (code: number) => void): void {
  program
    .command('dialogue')
    .description('speak the protocol by hand, message by message, as a file says')
    .argument('<file>', 'YAML file; scenarios/dialogues has some')
    .option('--json', 'print one JSON document and nothing else')
    .action(async (file: string, { json }: { json?: boolean }) => {
      const lab = await import('../../lab/dialogue/index.ts');
      const document = lab.checkDialogue(parseSource(file, await readText(file), 'a dialogue'));
      const { name, undefended: off } = document;
      const without = lab.undefended(document);
      const undefended = without === null ? [] : lab.holdDialogue(without);
      const steps = lab.holdDialogue(lab.defended(document));
      let text = lab.dialogueText(name, steps);
      if (json === true) text = `${JSON.stringify({ name, undefended, steps })}\n`;
      else if (off !== undefined)
        text = `${lab.dialogueText(`${name}, undefended: ${lab.switchText(off)}`, undefended)}\n${text}`;
      process.stdout.write(text);
      finish([...undefended, ...steps].every(({ wrong }) => wrong === null) ? OK : BROKEN);
    });
}

async function readText(file: string): Promise<string> {
  try {
    const text = await readFile(file, 'utf8');
    if (text.length <= BYTES_MAX) return text;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw inputError(file, `cannot be read (${code}), expected a dialogue; check the path`);
  }
  throw inputError(file, `is longer than ${BYTES_MAX} bytes, expected a dialogue; shorten it`);
}

/** Dialogues: the protocol spoken by hand, from a file. */

export { checkDialogue, holdDialogue, type StepRecord } from './dialogue.ts';
export { dialogueText } from './text.ts';
export { defended, switchText, undefended } from './undefended.ts';

/** Mach's two queues as a task's own policy: for experiments in which the kernel's choice stays. */

export { default } from '../../../servers/central/mach.ts';

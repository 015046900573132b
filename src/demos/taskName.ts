/** "Stack the blocks" as "stack_the_blocks", "把杯子拿起来" as it is: letters of every script, so that tasks stay apart. */
export function taskName(words: string): string {
  return words.toLowerCase().replace(/[^\p{L}\p{M}\p{N}]+/gu, '_');
}

/** What a queue is called: its id is CLIENT/NAME. */
export function queueName(queue: string | null | undefined): string {
  return queue ? queue.slice(queue.indexOf("/") + 1) : "";
}

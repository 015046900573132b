/** Web Locks of one origin, as far as exclusive ones go: its tabs share it. */
export function fakeLocks(): Pick<LockManager, 'request'> {
  const held = new Map<string, Promise<unknown>>();
  async function request(
    name: string,
    options: LockOptions,
    granted: (lock: Lock | null) => unknown,
  ): Promise<unknown> {
    if (options.ifAvailable && held.has(name)) return granted(null);
    while (held.has(name)) {
      const aborted = new Promise<never>((_, reject) =>
        options.signal?.addEventListener('abort', () => reject(options.signal!.reason as Error)),
      );
      await Promise.race([held.get(name), aborted]);
    }
    const holding = Promise.resolve(granted({ name, mode: 'exclusive' }));
    held.set(name, holding);
    await holding;
    held.delete(name);
  }
  return { request: request as LockManager['request'] };
}

/**
 * Node has four threads for what the kernel does not do by itself, an fdatasync among them. A broker waits for more files than
 * that at once, and a thread that waits costs nothing. Only the first use of a thread looks at this.
 */
export function allowThreads(count: number): void {
  process.env.UV_THREADPOOL_SIZE ??= String(count)
}

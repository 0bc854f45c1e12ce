/** Makes nothing anew for the value that came last. */
export function onceForSame<A, B>(make: (value: A) => B): (value: A) => B {
  let last: { value: A; made: B } | undefined
  return (value) => {
    if (last?.value !== value) last = { value, made: make(value) }
    return last.made
  }
}

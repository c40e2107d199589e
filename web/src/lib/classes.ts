// Steps of a map: a few equal ones from 0, at round numbers, the same for both societies.

/** Upper ends of at most `most` classes that reach `top`; the step is 1, 2, 2.5 or 5 times a power of ten. */
export function steps(top: number, most = 5): number[] {
  if (!(top > 0) || !Number.isFinite(top)) return []
  const raw = top / most
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= raw * (1 - 1e-9)) ?? 10 * power
  const count = Math.ceil(top / step - 1e-9)
  return Array.from({ length: count }, (_, i) => Number((step * (i + 1)).toPrecision(12)))
}

/** The class of a value; -1 where there is none. */
export function classOf(value: number | null | undefined, ends: readonly number[]): number {
  if (value === null || value === undefined || !ends.length) return -1
  const found = ends.findIndex((end) => value <= end)
  return found === -1 ? ends.length - 1 : found
}

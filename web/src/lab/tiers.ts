// How many stand in each tier, week by week, as layers of a drawing: the best tier lies on top.

export type Scheme = {
  tiers: { tier: string; from: number | null }[]
  start: number
  days: number[]
  /** A row a tier, a value a day of `days`. */
  per_1000: (number | null)[][]
}
export type Layer = { tier: string; d: string; first: number; last: number; middle: number; height: number }

/** Areas in a box of this size; `upTo` is the last day that is drawn. */
export function layers(scheme: Scheme, width: number, height: number): Layer[] {
  const last = Math.max(scheme.days.at(-1) ?? 1, 1)
  const x = (day: number) => Number(((day / last) * width).toFixed(1))
  const y = (people: number) => Number(((people / 1000) * height).toFixed(1))
  let above = scheme.days.map(() => 0)
  return scheme.tiers.map(({ tier }, i) => {
    const row = scheme.per_1000[i] ?? []
    const below = above.map((top, k) => top + (row[k] ?? 0))
    const there = scheme.days.map((day, k) => `${k ? 'L' : 'M'}${x(day)} ${y(above[k] ?? 0)}`)
    const back = scheme.days.map((day, k) => `L${x(day)} ${y(below[k] ?? 0)}`).reverse()
    const end = scheme.days.length - 1
    const layer = {
      tier,
      d: `${there.join('')}${back.join('')}Z`,
      first: row[0] ?? 0,
      last: row[end] ?? 0,
      middle: y(((above[end] ?? 0) + (below[end] ?? 0)) / 2),
      height: y((below[end] ?? 0) - (above[end] ?? 0)),
    }
    above = below
    return layer
  })
}

/** The share of a tier on the drawn day at or before `day`. */
export function at(scheme: Scheme, tier: number, day: number): number | null {
  const found = scheme.days.findLastIndex((one) => one <= day)
  return scheme.per_1000[tier]?.[Math.max(found, 0)] ?? null
}

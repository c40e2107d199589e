import type { Curves, Measure } from '../lib/model'

type Values = readonly (number | null)[] | undefined

/** What the scheme changes: a flow in the mean over the days, a stock on the last day. Null where it is not told. */
export function difference(measure: Measure, scheme: Values, twin: Values): number | null {
  if (!scheme?.length) return null
  const by = scheme.map((value, day) => {
    const without = measure.twin ? (twin?.[day] ?? null) : 0
    return value === null || without === null ? null : value - without
  })
  if (measure.kind === 'stock') return by.at(-1) ?? null
  const told = by.filter((value) => value !== null)
  return told.length ? told.reduce((sum, value) => sum + value, 0) / told.length : null
}

/** Differences by day as a band round the twin's curve, where the scheme's curve lies. */
export function round(twin: Values, curves: Curves | undefined, days: number): Curves | null {
  if (!curves) return null
  const add = (side: (number | null)[]) =>
    Array.from({ length: days }, (_, day) => {
      const by = side[day]
      return by === null || by === undefined ? null : Math.max(0, (twin?.[day] ?? 0) + by)
    })
  return [add(curves[0]), add(curves[1])]
}

/** A score that stays until it changes: the path of [day, value] pairs, to the last day. */
export function stairs(points: readonly [number, number][], x: (day: number) => number, y: (value: number) => number, days: number): string {
  const n = (value: number) => Number(value.toFixed(1))
  const steps = points.map(([day, value], i) => (i ? `H${n(x(day))}V${n(y(value))}` : `M${n(x(day))} ${n(y(value))}`))
  return points.length ? `${steps.join('')}H${n(x(days - 1))}` : ''
}

// What the server sends about the laboratory.
import type { Both } from './language.svelte'

export type Text = Both | string
export type Words = { watches: Text[]; counts: Text[]; does: Text[]; way_out: Text[] }
export type Scenario = {
  name: string
  title: Text
  description: Text
  country: string
  regime: string
  regime_name?: Text
  people: number
  days: number
  start: string
  words: Words
  account: Text
  rule: string | null
}
export type Value = number | string | boolean
export type Rule = {
  path: string
  label: Text
  unit?: Text | null
  part: 'watches' | 'counts' | 'does' | 'way_out' | 'said'
  kind: 'number' | 'choice' | 'switch'
  /** `log`: the declared range spans ten times its lower end or more. */
  scale?: 'linear' | 'log'
  value: Value
  min?: number | null
  max?: number | null
  step?: number | null
  choices?: string[] | null
}
/** A flow is told per day, as a mean of seven; a stock at the end of the day. Not all is there under today's law. */
export type Measure = { name: string; title: Text; kind: 'flow' | 'stock'; twin: boolean; caption?: Text }
export type Region = { code: string; name: string }
export type Session = {
  lab: string
  days: number
  start: string
  people: number
  seed: number
  country: string
  /** The twin, then the scheme. */
  arms: [string, string]
  measures: Measure[]
  regions: Region[]
  rules: Rule[]
  first: string
  words: Words
}
/** arm -> measure -> a value a day from the first; null where too little happened to be told. */
export type Series = Record<string, Record<string, (number | null)[]>>

export type Interval = [number, number]
export type Curves = [(number | null)[], (number | null)[]]
/** Of the difference to the twin: a flow in the mean over the days, a stock on the last day; and day by day. */
export type Spread = { range: Interval | null; band: Interval | null; range_by_day?: Curves; band_by_day?: Curves }
export type Sheet = {
  version: number
  people: number
  draws: number
  seeds: number
  done: number
  of: number
  state: 'done' | 'working'
  says: Text
  measures: Record<string, Spread>
}

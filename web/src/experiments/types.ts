// Experiments as the server tells them.
import type { Text } from '../lib/model'

export type Progress = {
  experiment: string
  title: string
  state: 'waiting' | 'running' | 'stopped' | 'failed' | 'done'
  done: number
  of: number
  seconds_left: number | null
  case: boolean
  error: string
}
export type Interval = { low: number; high: number }
export type Effect = {
  scenario: string
  arm: string
  group: Text
  words: Text
  replicates: number
  arm_mean: number | null
  today_mean: number | null
  difference: number | null
  interval: Interval | null
  span: Interval | null
  too_few: boolean
  attribute: string
  level: string
}
export type Alternatives = {
  says: string[]
  scenarios: {
    title: string
    why_no_frontier: string | null
    burdens: { name: string; words: string }[]
    schemes: {
      arm: string
      title: string
      fresh: { fall: Interval; reaches: boolean } | null
      burdens: { name: string; beyond_today: Interval }[] | null
      dominated_by: string[]
    }[]
  }[]
}
export type Sheet = {
  says: string[]
  scenarios: {
    title: string
    conclusions: { name: string; sentence: string; draws: { held: number; of: number; low: number; high: number }; alone: { name: string }[] }[]
  }[]
}
export type Results = {
  results: { says: Text[]; effects: Effect[]; experiment: { title: string } }
  sheet: Sheet | null
  alternatives: Alternatives | null
}

// What the server sends about the laboratory.
import type { Both } from './language.svelte'

export type Words = { watches: (Both | string)[]; counts: (Both | string)[]; does: (Both | string)[]; way_out: (Both | string)[] }
export type Scenario = {
  name: string
  title: Both | string
  description: Both | string
  country?: string
  regime: string
  people: number
  days: number
  start: string
  words: Words
  account: string
  rule: string
}

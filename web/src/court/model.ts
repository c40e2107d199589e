// What the server says of a case: the frames of /api/cases/CASE/live, as this page reads them.
import type { Both } from '../lib/language.svelte'

export type Option = { about: Record<string, unknown>; words: Both }
export type Choice = {
  name: string
  kind: 'one' | 'many' | 'number'
  title: Both
  optional: boolean
  least: number
  most: number
  value: number
  options: Option[]
}
export type Form = {
  step: string
  title: Both
  about: Record<string, unknown>
  choices: Choice[]
  texts: { name: string; title: Both; needed: boolean }[]
}
export type Clock = {
  second: number
  role: string | null
  left: number | null
  allowed: number | null
  running: boolean
}
export type SeatOf = {
  role: string
  title: Both
  side: string
  votes: boolean
  people: number
  least: number
  most: number
  machine: boolean
}
export type Exhibit = {
  number: number
  side: string
  status: string
  sealed: boolean
  hidden: boolean
  title: string
  late: boolean
  at: string
  digest: string
}
export type Element = { id: string; text: Both; gloss: string; answer: string }
export type Ground = {
  number: number
  entry: string
  identifier: string
  title: string
  rule: string
  side: string
  claim: string
  elements: Element[]
  sheet: { en: string[]; fr: string[] } | null
}
export type Line = {
  number: number
  clock: string
  role: string
  seat: number | null
  kind: string
  title: Both
  about: Record<string, unknown>
  texts: string[]
}
export type Run = {
  run: number
  title: string
  side: string
  reason: string
  asked_clock: string
  made: boolean
  exhibits: number[]
}
export type Witness = {
  number: number
  person: string
  side: string
  described: string
  arm: string
  twin: string
  sentences: { event: number; arm: string; date: string; where: string; text: string; why: string; twin: string }[]
  says: string[]
  answers: { event: string; lines: string[] }[]
}
export type Question = {
  ground: number
  element: string
  closed: boolean
  read: Both
  result: string | null
  figures: Record<string, number> | null
  before: Record<string, number> | null
}
export type View = {
  version: number
  head: string
  case: string
  court: Both
  question: string
  wording: string[]
  regime: { name: string; title: string; hash: string }
  scenario: string
  day: string
  phase: 'preparation' | 'hearing' | 'closed'
  rehearsal: boolean
  delivered: boolean
  claimants: Both
  hearing: {
    stages: { stage: string; kind: string; minutes: number; title: Both; state: 'past' | 'now' | 'coming' }[]
    stage: string | null
    kind: string | null
    turn: { role: string; minutes: number; what: Both } | null
    suspended: boolean
    spoken: Record<string, number>
    unequal: boolean
  }
  clock: Clock
  seats: SeatOf[]
  facts: { number: number; status: string; by: string; text: string; origin: string }[]
  grounds: Ground[]
  exhibits: Exhibit[]
  page: { exhibit: number; page: number; at: number } | null
  runs: Run[]
  runs_say: string
  witnesses: Witness[]
  incidents: { number: number; what: Both; text: string; outcome: Both | null; reason: string }[]
  points: { number: number; text: string; heard: string[] }[]
  experts: { number: number; mission: string; relieved: boolean; report: string | null; questions: { side: string; text: string; answer: string | null }[]; observed: { side: string; text: string | null }[] }[]
  open: { number: number; ground: number; element: string; read: Both; sheet: { en: string[]; fr: string[] } | null } | null
  questions: Question[]
  public_vote: { yes: number; no: number; blank: number } | null
  judgment: {
    reasons: { ground: number; element: string; text: string; rests: Record<string, number[]> }[]
    operative: { ground: number; outcome: Both; text: string }[]
    remedies: { ground: number; title: Both; text: string; exhibit: number | null }[]
    opinions: { role: Both; text: string }[]
  } | null
  missing: string[]
  record: Line[]
  may: Form[]
}
export type You = { role: string; seat: number; votes: boolean; ballot: string; public_ballot: string }
export type Box = { question: number; cast: number; of: number; public: number }
export type Progress = { run: number; state: 'waiting' | 'running' | 'made' | 'failed'; phase: string; done: number; of: number; why?: string }
export type Block = { kind: 'heading' | 'paragraph' | 'small' | 'items' | 'table'; text?: string; items?: string[]; caption?: string; columns?: string[]; rows?: string[][] }
export type Pages = { exhibit: number; count: number; pages: { en: Block[][]; fr: Block[][] } }

/** Choices of a ballot are filled up to one length, so that a ballot cannot be told by it. */
export const BALLOT = 16
export const padded = (choice: string) => '.'.repeat(BALLOT - choice.length)

/** Hours, minutes and seconds; minutes and seconds where there is no hour. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((one) => String(one).padStart(2, '0'))
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${parts.join(':')}` : parts.join(':')
}

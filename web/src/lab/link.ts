// The whole state of the laboratory in an address, so that a link shows another person the same.
import type { Value } from '../lib/model'

export type Wanted = {
  scenario: string
  seed: number
  people: number
  day: number | null
  measure: string | null
  person: string | null
  changes: Record<string, Value>
}

const CHANGE = 'c.'

export function read(query: URLSearchParams): Wanted | null {
  const scenario = query.get('scenario')
  if (!scenario) return null
  const changes: Record<string, Value> = {}
  for (const [key, text] of query) if (key.startsWith(CHANGE)) changes[key.slice(CHANGE.length)] = value(text)
  return {
    scenario,
    seed: whole(query.get('seed')) ?? 1,
    people: whole(query.get('people')) ?? 100_000,
    day: whole(query.get('day')),
    measure: query.get('measure'),
    person: query.get('person'),
    changes,
  }
}

export function write(wanted: Wanted): string {
  const query = new URLSearchParams({ scenario: wanted.scenario, seed: String(wanted.seed), people: String(wanted.people) })
  if (wanted.day !== null) query.set('day', String(wanted.day))
  if (wanted.measure) query.set('measure', wanted.measure)
  if (wanted.person) query.set('person', wanted.person)
  for (const path of Object.keys(wanted.changes).sort()) query.set(CHANGE + path, String(wanted.changes[path]))
  return `/?${query}`
}

function whole(text: string | null): number | null {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null
}

function value(text: string): Value {
  if (text === 'true' || text === 'false') return text === 'true'
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
}

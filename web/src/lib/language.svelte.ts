// The language of the page, switched in place, and catalogues of messages.

export type Language = 'en' | 'fr'
export type Both = { en: string; fr: string }
export type Values = Record<string, string | number>

const KEY = 'moot.language'
/** Day before month in both. */
const LOCALES: Record<Language, string> = { en: 'en-GB', fr: 'fr-FR' }

function first(): Language {
  const asked = new URLSearchParams(location.search).get('lang')
  if (asked === 'en' || asked === 'fr') return asked
  const kept = remembered(KEY)
  if (kept === 'en' || kept === 'fr') return kept
  return navigator.language?.toLowerCase().startsWith('fr') ? 'fr' : 'en'
}

/** What the browser keeps under a key; null where storage is closed. */
export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

export function remember(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key)
    else localStorage.setItem(key, value)
  } catch {
    // A closed storage forgets the choice at the next visit, and nothing else.
  }
}

class Chosen {
  current: Language = $state(first())

  set(language: Language): void {
    this.current = language
    document.documentElement.lang = language
    remember(KEY, language)
  }
}

export const language = new Chosen()
document.documentElement.lang = language.current

/** `{name}` is replaced; `{n, one|many}` picks by number (French counts 0 and 1 as one). */
export function fill(message: string, values: Values, spoken: Language): string {
  // French puts a space before these signs, at which a line must not break.
  const text = spoken === 'fr' ? message.replace(/ (?=[?!;:»])|(?<=«) /g, '\u00a0') : message
  return text.replace(/\{(\w+)(?:, ([^{}|]*)\|([^{}|]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = values[name]
    if (value === undefined) return whole
    if (one !== undefined && many !== undefined) {
      const count = Number(value)
      return (spoken === 'fr' ? Math.abs(count) < 2 : count === 1) ? one : many
    }
    return typeof value === 'number' ? number(value, spoken) : value
  })
}

/**
 * The messages of one part of the page. English gives the keys; a key that French lacks does not compile, and
 * tests/messages.test.ts compares the placeholders.
 */
export function catalogue<Messages extends Record<string, string>>(messages: {
  en: Messages
  fr: Record<keyof Messages, string>
}) {
  return (key: keyof Messages, values: Values = {}): string =>
    fill(messages[language.current][key] ?? messages.en[key] ?? String(key), values, language.current)
}

/** A text that the server sends in both languages, or in one. */
export function said(text: Both | string | null | undefined): string {
  if (!text) return ''
  return typeof text === 'string' ? text : text[language.current] || text.en
}

export function number(value: number, spoken: Language = language.current, digits?: number): string {
  return new Intl.NumberFormat(LOCALES[spoken], digits === undefined ? {} : { maximumSignificantDigits: digits }).format(value)
}

/** Two significant digits, as every number of synthetic people is told. */
export function rounded(value: number, spoken: Language = language.current): string {
  return Number.isFinite(value) ? number(value, spoken, 2) : '–'
}

/** A day of a run, counted from its first, as a date. */
export function date(start: string, day: number, how: 'short' | 'long' = 'long'): string {
  const when = new Date(`${start}T00:00:00Z`)
  when.setUTCDate(when.getUTCDate() + day)
  const style: Intl.DateTimeFormatOptions =
    how === 'long' ? { day: 'numeric', month: 'long', year: 'numeric' } : { day: 'numeric', month: 'short' }
  return new Intl.DateTimeFormat(LOCALES[language.current], { ...style, timeZone: 'UTC' }).format(when)
}

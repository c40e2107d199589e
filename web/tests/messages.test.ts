import { describe, expect, it } from 'vitest'
import { fill, number, rounded } from '../src/lib/language.svelte'

// Every part of the page keeps its messages in NAME.en.ts and NAME.fr.ts, wherever it stands.
const files = import.meta.glob<{ default: Record<string, string> }>('../src/**/*.{en,fr}.ts', { eager: true })
const parts = [...new Set(Object.keys(files).map((path) => path.replace(/\.(en|fr)\.ts$/, '')))]

const placeholders = (text: string) => [...text.matchAll(/\{(\w+)/g)].map((found) => found[1]).sort()

describe('catalogues', () => {
  it('are found', () => expect(parts.length).toBeGreaterThan(2))

  it.each(parts)('%s has every message in both languages', (part) => {
    const en = files[`${part}.en.ts`]?.default ?? {}
    const fr = files[`${part}.fr.ts`]?.default ?? {}
    expect(Object.keys(fr).sort()).toEqual(Object.keys(en).sort())
    for (const [key, text] of Object.entries(en)) {
      expect(text.trim(), key).not.toBe('')
      expect(fr[key]?.trim(), key).not.toBe('')
      expect([...new Set(placeholders(fr[key] ?? ''))], key).toEqual([...new Set(placeholders(text))])
    }
  })

  it.each(parts)('%s speaks French with the signs of French', (part) => {
    for (const [key, text] of Object.entries(files[`${part}.fr.ts`]?.default ?? {})) {
      expect(text, key).not.toMatch(/\w'\w/) // the apostrophe of print
      expect(text, key).not.toMatch(/[^\s\u00a0\u202f][?!;:](\s|$)/)
    }
  })

  it.each(parts)('%s says nothing of a scheme that would be an approval', (part) => {
    for (const file of [files[`${part}.en.ts`], files[`${part}.fr.ts`]])
      for (const text of Object.values(file?.default ?? {}))
        expect(text).not.toMatch(/\b(compliant|certified|conforme|certifié|validated scheme|safe scheme)\b/i)
  })
})

describe('fill', () => {
  it('puts values in, formatted for the language', () => {
    expect(fill('{n} people', { n: 100000 }, 'en')).toBe('100,000 people')
    expect(fill('{n} personnes', { n: 100000 }, 'fr')).toBe('100\u202f000 personnes')
  })
  it('picks the word for one and for many as each language counts', () => {
    const message = '{n} {n, person|people}'
    expect(fill(message, { n: 1 }, 'en')).toBe('1 person')
    expect(fill(message, { n: 0 }, 'en')).toBe('0 people')
    expect(fill(message, { n: 0 }, 'fr')).toBe('0 person')
  })
  it('keeps the signs of French with their word', () => expect(fill('Est-ce réel ?', {}, 'fr')).toBe('Est-ce réel\u00a0?'))
  it('leaves a placeholder without a value to be seen', () => expect(fill('{a}', {}, 'en')).toBe('{a}'))
})

describe('numbers', () => {
  it('have two significant digits', () => {
    expect(rounded(0.012345, 'en')).toBe('0.012')
    expect(rounded(1234, 'en')).toBe('1,200')
    expect(rounded(Number.NaN, 'en')).toBe('–')
    expect(number(1234.5, 'fr')).toBe('1\u202f234,5')
  })
})

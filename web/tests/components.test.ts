import { flushSync, mount, unmount, type Component } from 'svelte'
import { afterEach, describe, expect, it, vi } from 'vitest'
import Errors from '../src/components/Errors.svelte'
import Field from '../src/components/Field.svelte'
import Slider from '../src/lab/Slider.svelte'
import Part from '../src/builder/Part.svelte'
import { language } from '../src/lib/language.svelte'
import type { Rule } from '../src/lib/model'

let mounted: object | null = null
function show(component: Component<any>, props: Record<string, unknown>): HTMLElement {
  document.body.innerHTML = ''
  mounted = mount(component, { target: document.body, props })
  flushSync()
  return document.body
}
afterEach(() => {
  if (mounted) void unmount(mounted)
  mounted = null
  language.set('en')
  vi.useRealTimers()
})

describe('Field', () => {
  it('carries the banner wherever words can be written, in the language of the page', () => {
    const banner = /An invented scheme and invented people/
    for (const kind of ['text', 'area', 'code']) expect(show(Field, { label: 'x', value: '', kind }).textContent).toMatch(banner)
    for (const kind of ['number', 'choice', 'switch']) expect(show(Field, { label: 'x', value: 1, kind }).textContent).not.toMatch(banner)
    const body = show(Field, { label: 'x', value: '' })
    const field = body.querySelector('input')!
    expect(document.getElementById(field.getAttribute('aria-describedby')!)?.textContent).toMatch(banner)
    language.set('fr')
    flushSync()
    expect(body.textContent).toMatch(/Dispositif inventé, personnes inventées/)
  })
  it('says what is wrong to who cannot see it', () => {
    const body = show(Field, { label: 'Days', value: 3, kind: 'number', error: 'at least 7' })
    const input = body.querySelector('input')!
    expect(input.getAttribute('aria-invalid')).toBe('true')
    expect(body.querySelector('[role=alert]')!.id).toBe(input.getAttribute('aria-describedby'))
  })
})

describe('Errors', () => {
  const where = [{ line: 4, column: 7, path: 'kind', message: '<b>is</b> "x"', hint: { en: 'did you mean', fr: 'vouliez-vous' } }]
  it('shows markup as text', () => {
    const body = show(Errors, { where })
    expect(body.querySelector('b')).toBeNull()
    expect(body.textContent).toContain('<b>is</b>')
    expect(body.textContent).toContain('line 4, column 7 · kind')
  })
  it('leads to the line', () => {
    const go = vi.fn()
    show(Errors, { where, go }).querySelector('button')!.click()
    expect(go).toHaveBeenCalledWith(where[0])
  })
  it('is not there where nothing is wrong', () => expect(show(Errors, { error: null }).querySelector('[role=alert]')).toBeNull())
})

describe('Slider', () => {
  const rule: Rule = { path: 'a.b', label: 'Tier C begins at', unit: 'points', part: 'counts', kind: 'number', value: 450, min: 21, max: 579, step: 1 }
  it('sends a change once the hand rests', () => {
    vi.useFakeTimers()
    const set = vi.fn()
    const input = show(Slider, { rule, value: 450, set }).querySelector('input')!
    for (const value of ['460', '470', '480']) {
      input.value = value
      input.dispatchEvent(new Event('input', { bubbles: true }))
      vi.advanceTimersByTime(50)
    }
    expect(set).not.toHaveBeenCalled()
    vi.advanceTimersByTime(200)
    expect(set.mock.calls).toEqual([[480]])
  })
  it('walks decades in equal ratios', () => {
    const set = vi.fn()
    const log: Rule = { ...rule, value: 0.003, min: 0.0003, max: 0.03, step: 0.0003, scale: 'log', unit: '' }
    const input = show(Slider, { rule: log, value: 0.003, set }).querySelector('input')!
    expect(Number(input.value)).toBeCloseTo(50)
    input.value = '100'
    input.dispatchEvent(new Event('input', { bubbles: true }))
    input.dispatchEvent(new Event('change', { bubbles: true }))
    expect(set).toHaveBeenCalledWith(0.03)
  })
  it('says what the scheme wrote', () => expect(show(Slider, { rule, value: 500, set: vi.fn() }).textContent).toMatch(/written: 450 points/))
})

describe('Part', () => {
  const root = { $defs: {} }
  const base = { root, path: ['score'], name: 'the scale', put: vi.fn(), errorAt: () => undefined, words: ['A'], deep: 1 }
  it('draws a group with what is required and what is there, and offers the rest', () => {
    const schema = { type: 'object', properties: { start: { type: 'integer' }, memory_months: { anyOf: [{ type: 'integer' }, { type: 'null' }] } }, required: ['start'] }
    const put = vi.fn()
    const body = show(Part, { ...base, schema, value: { start: 700 }, put })
    expect([...body.querySelectorAll('.field label')].map((one) => one.textContent)).toEqual(['starts at'])
    const input = body.querySelector<HTMLInputElement>('input[type=number]')!
    input.value = '650'
    input.dispatchEvent(new Event('change', { bubbles: true }))
    expect(put).toHaveBeenCalledWith(['score', 'start'], 650)
    const more = body.querySelector('select')!
    more.value = 'memory_months'
    more.dispatchEvent(new Event('change', { bubbles: true }))
    expect(put).toHaveBeenLastCalledWith(['score', 'memory_months'], 0)
  })
})

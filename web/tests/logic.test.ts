import { describe, expect, it } from 'vitest'
import { amount, blank, kindOf, put, type Schema } from '../src/builder/schema'
import { brief } from '../src/lab/brief'
import { difference, round } from '../src/lab/difference'
import { read, write } from '../src/lab/link'
import { stairs } from '../src/lab/stairs'
import { at, layers } from '../src/lab/tiers'
import { classOf, steps } from '../src/lib/classes'
import { wound } from '../src/lib/outlines'

describe('a link', () => {
  it('carries the whole state and gives it back', () => {
    const wanted = {
      scenario: 'rank-my-life-2028', seed: 7, people: 2000, day: 12, measure: 'refusals', person: 'SYN-0000001',
      changes: { 'schemes.0.score.tiers.2.from': 500, 'sensors.0.coverage.value': 0.25, notice: false, 'a.kind': 'x y&z' },
    }
    expect(read(new URL(write(wanted), 'http://here').searchParams)).toEqual(wanted)
  })
  it('takes no day, number of people or seed that is none', () => {
    const found = read(new URLSearchParams('scenario=a&day=-3&people=1e9&seed=%3Cscript%3E'))
    expect(found).toMatchObject({ day: null, people: 100_000, seed: 1, changes: {} })
    expect(read(new URLSearchParams(''))).toBeNull()
  })
})

describe('classes of a map', () => {
  it.each([0.7, 3, 99, 100, 1234, 1e-4])('reach %d in at most five round steps', (top) => {
    const ends = steps(top)
    expect(ends.length).toBeLessThanOrEqual(5)
    expect(ends.at(-1)).toBeGreaterThanOrEqual(top)
    expect(ends.at(-2) ?? 0).toBeLessThan(top)
    const first = ends[0] ?? 0
    ends.forEach((end, i) => expect(end).toBeCloseTo(first * (i + 1), 10))
  })
  it('put a value where it belongs, and none nowhere', () => {
    expect(classOf(0, [1, 2])).toBe(0)
    expect(classOf(1, [1, 2])).toBe(0)
    expect(classOf(1.1, [1, 2])).toBe(1)
    expect(classOf(null, [1, 2])).toBe(-1)
    expect(steps(0)).toEqual([])
  })
})

describe('outlines', () => {
  it('are wound so that the inside is the smaller part, whichever way they came', () => {
    const ring = [[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]]
    const of = (coordinates: number[][][]) => wound({ type: 'FeatureCollection', features: [{ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates } }] })
    expect(of([ring])).toEqual(of([[...ring].reverse()]))
  })
})

describe('tiers', () => {
  const scheme = { tiers: [{ tier: 'A', from: 500 }, { tier: 'B', from: 0 }], start: 700, days: [0, 7, 10], per_1000: [[1000, 900, 600], [0, 100, 400]] }
  it('fill the box, each below the better one', () => {
    const [best, worst] = layers(scheme, 100, 200)
    expect(best!.height + worst!.height).toBeCloseTo(200)
    expect(worst).toMatchObject({ first: 0, last: 400, middle: 160 })
    expect(best!.d).toMatch(/^M0 0L70 0L100 0L100 120L70 180L0 200Z$/)
  })
  it('tell a day by the week before it', () => {
    expect(at(scheme, 1, 9)).toBe(100)
    expect(at(scheme, 1, 10)).toBe(400)
  })
})

describe('a difference', () => {
  const stock = { name: 's', title: 's', kind: 'stock' as const, twin: true }
  it('of a stock is that of the last day, of a flow the mean', () => {
    expect(difference(stock, [1, 2, 9], [1, 1, 4])).toBe(5)
    expect(difference({ ...stock, kind: 'flow' }, [1, 2, 9], [1, 1, 4])).toBe(2)
    expect(difference({ ...stock, twin: false }, [1, 2, 9], undefined)).toBe(9)
    expect(difference(stock, [], [])).toBeNull()
    expect(difference(stock, [null], [1])).toBeNull()
  })
  it('lies as a band round the twin and never below nothing', () => {
    expect(round([1, 2], [[-3, 1], [1, 2]], 2)).toEqual([[0, 3], [2, 4]])
    expect(round(undefined, [[1, null], [2, 3]], 2)).toEqual([[1, null], [2, 3]])
  })
})

it('a score stays until it changes', () => {
  expect(stairs([[0, 700], [4, 650]], (day) => day * 10, (score) => score, 10)).toBe('M0 700H40V650H90')
  expect(stairs([], (x) => x, (y) => y, 10)).toBe('')
})

it('the first sentence is told, whole', () => {
  expect(brief('For 7 days 1.5 points come back. Then more.')).toBe('For 7 days 1.5 points come back.')
  expect(brief('No stop')).toBe('No stop')
})

describe('a schema', () => {
  const root: Schema = {
    $defs: {
      Quantity: { title: 'Quantity', anyOf: [{ type: 'number' }, { type: 'object', title: 'Quantity', properties: { value: { type: 'number' } } }] },
      Tier: { type: 'object', title: 'Tier', properties: { tier: { type: 'string', pattern: 'x' }, from: { type: 'integer' }, note: { anyOf: [{ type: 'string', maxLength: 2000 }, { type: 'null' }] } }, required: ['tier', 'from'] },
    },
    properties: {
      tiers: { type: 'array', items: { $ref: '#/$defs/Tier' } },
      share: { anyOf: [{ $ref: '#/$defs/Quantity' }, { type: 'null' }] },
      refuses: { type: 'object', patternProperties: { '^a': { $ref: '#/$defs/Quantity' } } },
      kind: { enum: ['a', 'b'], type: 'string' },
    },
  }
  it('says which field a form needs', () => {
    expect(kindOf(root.properties!.share!, root)).toEqual({ kind: 'quantity' })
    expect(kindOf(root.properties!.refuses!, root).kind).toBe('map')
    expect(kindOf(root.properties!.kind!, root)).toEqual({ kind: 'choice', choices: ['a', 'b'] })
    expect(kindOf(root.$defs!.Tier!.properties!.note!, root)).toMatchObject({ kind: 'text', long: true })
  })
  it('begins with what is required', () => {
    const tiers = kindOf(root.properties!.tiers!, root)
    expect(tiers.kind === 'list' && blank(tiers.items, root)).toEqual({ tier: '', from: 0 })
    expect(amount(blank(root.properties!.share!, root))).toBe(0)
  })
  it('is edited without being changed in place', () => {
    const value = { a: [{ b: 1 }, { b: 2 }], c: 3 }
    const kept = structuredClone(value)
    expect(put(value, ['a', 1, 'b'], 5)).toEqual({ a: [{ b: 1 }, { b: 5 }], c: 3 })
    expect(put(value, ['a', 0], undefined)).toEqual({ a: [{ b: 2 }], c: 3 })
    expect(put(value, ['d', 'e'], true)).toEqual({ ...kept, d: { e: true } })
    expect(value).toEqual(kept)
  })
})

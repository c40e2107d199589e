// One society under a scheme beside its twin, as this page knows it: what was asked, what came, what may be undone.
import { api, refusal, type ApiError } from '../lib/api'
import { announce } from '../lib/announce.svelte'
import { language } from '../lib/language.svelte'
import { live, type Frame, type Live, type Status } from '../lib/live'
import type { Measure, Rule, Scenario, Series, Session, Sheet, Value } from '../lib/model'
import { place } from '../lib/router.svelte'
import { t } from '../i18n/lab'
import { write, type Wanted } from './link'

type Changes = Record<string, Value>

export class Lab {
  session: Session | null = $state.raw(null)
  rules: Rule[] = $state.raw([])
  error: ApiError | null = $state.raw(null)
  status: Status = $state('connecting')

  series: Series = $state.raw({})
  /** The curves before the last change: what a moved rule is compared with. */
  before: Series | null = $state.raw(null)
  regions: { measure: string; day: number; values: Record<string, (number | null)[]> } | null = $state.raw(null)

  day = $state(0)
  last = $state(0)
  playing = $state(false)
  speed = $state(30)
  version = $state(0)
  progress: { done: number; of: number; phase: string } | null = $state.raw(null)
  /** How sure it is, as far as that is worked out. */
  sheet: Sheet | null = $state.raw(null)
  /** The server made room for others and closed this laboratory. */
  gone = $state(false)

  measure = $state('')
  person: string | null = $state(null)
  changes: Changes = $state.raw({})
  undone: Changes[] = $state.raw([])
  /** True from a change until its curve is here. */
  changing = $state(false)
  changeError: ApiError | null = $state.raw(null)
  /** Milliseconds from the last move of a rule to its curve. */
  took: number | null = $state(null)

  private line: Live | null = null
  private asked = 0
  private wanted: Changes | null = null
  private sending = false
  private seekTo: number | null
  private closed = false

  constructor(
    readonly scenario: Scenario,
    readonly start: Wanted,
    /** A regime of one's own in the place of the scenario's. */
    private readonly yaml?: string,
  ) {
    this.changes = { ...start.changes }
    this.measure = start.measure ?? ''
    this.person = start.person
    this.seekTo = start.day ?? Number.MAX_SAFE_INTEGER
    void this.open()
  }

  get arm(): string {
    return this.session?.arms[1] ?? ''
  }

  get twin(): string {
    return this.session?.arms[0] ?? ''
  }

  get shown(): Measure | null {
    return this.session?.measures.find((one) => one.name === this.measure) ?? null
  }

  /** Days of which the values are here. */
  get length(): number {
    return this.series[this.arm]?.[this.measure]?.length ?? 0
  }

  at(arm: string, measure: string, day: number = this.day, of: Series = this.series): number | null {
    return of[arm]?.[measure]?.[day] ?? null
  }

  ruleOf(path: string | null): Rule | null {
    return this.rules.find((one) => one.path === path) ?? null
  }

  valueOf(rule: Rule): Value {
    return this.changes[rule.path] ?? rule.value
  }

  private async open(): Promise<void> {
    try {
      const session = await api.post<Session>('/api/lab', {
        scenario: this.scenario.name,
        people: this.start.people,
        seed: this.start.seed,
        changes: this.changes,
        ...(this.yaml === undefined ? {} : { yaml: this.yaml }),
      })
      if (this.closed) return
      this.rules = session.rules
      this.session = session
      if (!this.shown) this.measure = firstOf(session.measures)
      this.line = live(`/api/lab/${encodeURIComponent(session.lab)}/live`, {
        frame: (frame) => this.take(frame),
        status: (status) => (this.status = status),
      })
      this.note()
    } catch (problem) {
      this.error = problem as ApiError
    }
  }

  close(): void {
    this.closed = true
    this.line?.close()
  }

  take(frame: Frame): void {
    switch (frame.type) {
      case 'history':
        this.series = frame.series as Series
        this.progress = null
        this.askRegions()
        // Who comes sees the whole time first; playing it begins at the first day.
        if (this.seekTo !== null) this.seek(this.seekTo)
        this.seekTo = null
        break
      case 'series':
        this.replace(frame as unknown as { version: number; series: Series })
        break
      case 'tick':
        this.day = frame.day as number
        break
      case 'regions':
        this.regions = frame as unknown as typeof this.regions
        break
      case 'state': {
        const told = frame as unknown as { playing: boolean; speed: number; day: number; last: number; version: number }
        this.playing = told.playing
        this.speed = told.speed
        this.day = told.day
        this.last = told.last
        this.version = told.version
        break
      }
      case 'uncertainty':
        if (this.sheet?.version !== frame.version || frame.state === 'working') this.sheet = frame as unknown as Sheet
        if (frame.state === 'done') void this.askSheet()
        break
      case 'closed':
        this.gone = true
        this.line?.close()
        break
      case 'progress':
        this.progress = frame as unknown as typeof this.progress
        break
      case 'error': {
        const refused = refusal(422, frame)
        if (this.length) this.changeError = refused
        else this.error = refused
        this.changing = false
        break
      }
    }
  }

  private replace({ version, series }: { version: number; series: Series }): void {
    this.series = { ...this.series, ...series }
    this.version = version
    this.progress = null
    if (this.wanted === null && !this.sending) {
      this.changing = false
      if (this.asked) this.took = Math.round(performance.now() - this.asked)
      this.asked = 0
      announce(this.tell())
    }
    this.askRegions()
  }

  /** The change in a sentence, for who does not see the curve move. */
  private tell(): string {
    const measure = this.shown
    const now = this.at(this.arm, this.measure)
    const then = this.before && this.at(this.arm, this.measure, this.day, this.before)
    if (!measure || now === null || then === null || then === undefined) return t('changed')
    const title = typeof measure.title === 'string' ? measure.title : measure.title[language.current]
    return t('changedTo', { measure: title, now: now, then: then })
  }

  /** Move a rule. The curve follows; while one change is under way only the latest of the others is sent. */
  set(path: string, value: Value): void {
    const rule = this.ruleOf(path)
    const next = { ...this.changes, [path]: value }
    if (rule && rule.value === value) delete next[path]
    this.apply(next, true)
  }

  undo(): void {
    const previous = this.undone.at(-1)
    if (!previous) return
    this.undone = this.undone.slice(0, -1)
    this.apply(previous, false)
  }

  reset(): void {
    if (Object.keys(this.changes).length) this.apply({}, true)
  }

  private apply(next: Changes, keep: boolean): void {
    if (keep) this.undone = [...this.undone.slice(-49), this.changes]
    if (!this.changing) this.before = this.series
    this.changes = next
    this.changing = true
    this.changeError = null
    this.asked = performance.now()
    this.wanted = next
    this.note()
    void this.send()
  }

  private async send(): Promise<void> {
    if (this.sending || !this.session) return
    this.sending = true
    while (this.wanted !== null) {
      const changes = this.wanted
      this.wanted = null
      try {
        await api.post(`/api/lab/${encodeURIComponent(this.session.lab)}/change`, { changes, from_day: 0 })
      } catch (problem) {
        if (this.wanted === null) {
          this.changing = false
          this.changeError = problem as ApiError
        }
      }
    }
    this.sending = false
  }

  play(): void {
    this.line?.send({ do: this.playing ? 'pause' : 'play' })
  }

  step(days = 1): void {
    this.line?.send({ do: 'step', days })
  }

  seek(day: number): void {
    const to = Math.max(0, Math.min(day, (this.session?.days ?? 1) - 1))
    this.line?.send({ do: 'seek', day: to })
  }

  hasten(speed: number): void {
    this.line?.send({ do: 'speed', speed })
  }

  show(measure: string): void {
    this.measure = measure
    this.askRegions()
    this.note()
  }

  /** The curves of the ranges; frames have their ends alone. */
  private async askSheet(): Promise<void> {
    if (!this.session) return
    try {
      this.sheet = await api.get<Sheet>(`/api/lab/${encodeURIComponent(this.session.lab)}/uncertainty`)
    } catch {
      // The frame that is there has the ends; the curves are an ornament beside them.
    }
  }

  private askRegions(): void {
    this.line?.send({ do: 'measure', measure: this.measure })
  }

  address(): string {
    return write({ ...this.start, day: this.day, measure: this.measure, person: this.person, changes: this.changes })
  }

  /** What is seen stands in the address. */
  note(): void {
    // A regime of one's own is no part of an address: what shows it keeps its own.
    if (!this.closed && this.yaml === undefined) place.note(this.address())
  }
}

/** What a scheme does shows first in who is in its lowest tier, or is refused; else in the first measure. */
function firstOf(measures: readonly Measure[]): string {
  const found = measures.find((one) => one.name.startsWith('lowest-')) ?? measures.find((one) => one.name === 'refusals')
  return (found ?? measures[0])?.name ?? ''
}

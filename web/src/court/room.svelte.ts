// The room of a case, as this browser has it: the last view that the server sent, and steps that are on their way.
import { api, ApiError } from '../lib/api'
import { live, type Frame, type Live, type Status } from '../lib/live'
import type { Box, Clock, Progress, View, You } from './model'

type Waiting = { path: string; body: Record<string, unknown>; done: (answer: unknown) => void; failed: (error: unknown) => void }

/** A key of one step; `randomUUID` is not there on a network without TLS. */
const key = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16).padStart(2, '0')).join('')

export class Room {
  view: View | null = $state.raw(null)
  clock: Clock | null = $state.raw(null)
  you: You | null = $state.raw(null)
  box: Box | null = $state.raw(null)
  here: [string, number][] = $state.raw([])
  page: { exhibit: number; page: number; at: number } | null = $state.raw(null)
  runs: Record<number, Progress> = $state({})
  status: Status = $state('connecting')
  gone = $state(false)

  private socket: Live
  private waiting: Waiting[] = []

  constructor(
    readonly name: string,
    screen = false,
  ) {
    const path = `/api/cases/${encodeURIComponent(name)}/live${screen ? '?as=screen' : ''}`
    this.socket = live(path, { frame: (frame) => this.heard(frame), status: (status) => this.changed(status) })
  }

  close(): void {
    this.socket.close()
  }

  /** A step is sent with a key of its own. Where the connection is cut it waits, and is sent again with that key. */
  send<Answer>(path: string, body: Record<string, unknown>): Promise<Answer> {
    const whole = { ...body, key: key(), seen: this.view?.version ?? 0 }
    return new Promise((done, failed) => {
      void this.try({ path: `/api/cases/${encodeURIComponent(this.name)}/${path}`, body: whole, done: done as (answer: unknown) => void, failed })
    })
  }

  /** A paper for the box: no version, and a key for the secret ballot alone. It does not wait: whoever votes sees that it did. */
  ballot(path: 'ballot' | 'public-vote', paper: Record<string, unknown>): Promise<unknown> {
    const mine = path === 'ballot' ? { key: key() } : {}
    return api.post(`/api/cases/${encodeURIComponent(this.name)}/${path}`, { ...paper, ...mine })
  }

  private async try(one: Waiting): Promise<void> {
    try {
      one.done(await api.post(one.path, one.body))
    } catch (error) {
      if (error instanceof ApiError && error.status === 0) this.waiting.push(one)
      else one.failed(error)
    }
  }

  private changed(status: Status): void {
    this.status = status
    if (status === 'open') for (const one of this.waiting.splice(0)) void this.try(one)
  }

  private heard(frame: Frame): void {
    switch (frame.type) {
      case 'state': {
        const view = frame as unknown as View
        if (this.view && view.version < this.view.version) return
        this.view = view
        this.clock = view.clock
        this.page = view.page
        break
      }
      case 'page':
        this.page = { exhibit: Number(frame['exhibit']), page: Number(frame['page']), at: Number(frame['at']) }
        break
      case 'clock':
        this.clock = frame as unknown as Clock
        break
      case 'you':
        this.you = frame as unknown as You
        break
      case 'box':
        this.box = frame as unknown as Box
        break
      case 'here':
        this.here = frame['seats'] as [string, number][]
        break
      case 'run': {
        const run = frame as unknown as Progress
        this.runs[run.run] = run
        break
      }
      case 'gone':
        this.gone = true
        this.socket.close()
        break
    }
  }
}

/** What is being typed outlives a reload and a step that ends its form for a while. */
export const drafts = {
  read(key: string): string {
    try {
      return sessionStorage.getItem(`moot.draft.${key}`) ?? ''
    } catch {
      return ''
    }
  },
  keep(key: string, text: string): void {
    try {
      if (text) sessionStorage.setItem(`moot.draft.${key}`, text)
      else sessionStorage.removeItem(`moot.draft.${key}`)
    } catch {
      // A closed storage keeps nothing; the text is still in its field.
    }
  },
}

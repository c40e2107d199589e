// An answer that follows what it depends on: the latest question wins, and the old answer stays until then.
import { api, ApiError } from '../lib/api'

export class Asked<Answer> {
  value: Answer | null = $state.raw(null)
  error: ApiError | null = $state.raw(null)
  waiting = $state(false)
  private under: AbortController | null = null

  async ask(path: string): Promise<void> {
    this.under?.abort()
    const mine = (this.under = new AbortController())
    this.waiting = true
    try {
      const found = await api.get<Answer>(path, mine.signal)
      if (mine !== this.under) return
      this.value = found
      this.error = null
    } catch (problem) {
      if (mine !== this.under || mine.signal.aborted) return
      this.error = problem as ApiError
    }
    this.waiting = false
  }

  stop(): void {
    this.under?.abort()
    this.under = null
  }
}

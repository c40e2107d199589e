// The pages of the court room.
import type { Route } from '../lib/router.svelte'

export const courtRoutes: Route[] = []

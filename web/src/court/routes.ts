// The pages of the court room.
import type { Route } from '../lib/router.svelte'

export const courtRoutes: Route[] = [
  { path: '/court', load: () => import('./Cases.svelte') },
  { path: '/court/:case', load: () => import('./Room.svelte') },
  { path: '/court/:case/projector', load: () => import('./Projector.svelte'), bare: true },
]

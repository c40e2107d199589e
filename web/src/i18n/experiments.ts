import { catalogue } from '../lib/language.svelte'
import en from './experiments.en'
import fr from './experiments.fr'

export const t = catalogue<Record<keyof typeof en, string>>({ en, fr })

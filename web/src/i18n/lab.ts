import { catalogue } from '../lib/language.svelte'
import en from './lab.en'
import fr from './lab.fr'

export const t = catalogue<Record<keyof typeof en, string>>({ en, fr })

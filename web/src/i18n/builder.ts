import { catalogue } from '../lib/language.svelte'
import en from './builder.en'
import fr from './builder.fr'

export const t = catalogue<Record<keyof typeof en, string>>({ en, fr })

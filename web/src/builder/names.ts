import { t } from '../i18n/builder'
import en from '../i18n/builder.en'

/** A key of a regime file in words; one that has none here is shown as it is written, without its underscores. */
export function fieldName(key: string): string {
  const known = `key_${key}`
  return known in en ? t(known as keyof typeof en) : key.replaceAll('_', ' ')
}

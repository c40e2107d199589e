// Before the first paint, so that a page chosen dark does not flash white. Storage may be closed.
try {
  const root = document.documentElement
  const theme = localStorage.getItem('moot.theme')
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme
  const language = localStorage.getItem('moot.language')
  if (language === 'en' || language === 'fr') root.lang = language
} catch {
  // the choice of the system stands
}

export default {
  title: 'What does a scoring scheme do to people who live under it?',
  lead: 'Choose an invented scheme. A synthetic society will live a year under it, beside the same society without it, and you may change a rule and see what follows.',
  choose: 'Choose a scheme',
  sees: 'It sees',
  counts: 'It counts',
  does: 'It does',
  out: 'One gets out',
  open: 'Open {title}',
  loading: 'Fetching the schemes …',
} as const

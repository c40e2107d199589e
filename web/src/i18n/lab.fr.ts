export default {
  title: 'Que fait une notation sociale à ceux qui vivent sous elle ?',
  lead: 'Choisissez un dispositif inventé. Une société synthétique vivra un an sous lui, à côté de la même société sans lui ; vous pourrez changer une règle et voir ce qui s’ensuit.',
  choose: 'Choisir un dispositif',
  sees: 'Il voit',
  counts: 'Il compte',
  does: 'Il fait',
  out: 'On en sort',
  open: 'Ouvrir {title}',
  loading: 'Lecture des dispositifs…',
}

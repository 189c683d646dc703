const { expected, options = [] } = context.config;
const labels = options.map(plain);
const letter = letterOf(expected);
if (letter !== null && !labels.includes(plain(expected))) {
  const found = lastLetter(output);
  return verdict(found === letter, found);
}
const text = ` ${plain(output)} `;
const at = (label) => text.lastIndexOf(` ${label} `);
const last = [...new Set([...labels, plain(expected)])].reduce((best, label) => (at(label) > at(best) ? label : best));
return verdict(at(last) >= 0 && last === plain(expected), at(last) >= 0 ? last : null);

const words = (text) => plain(text).split(' ').filter((word) => word !== '');
const f1 = (expected) => {
  const [said, wanted] = [words(output), words(expected)];
  if (said.length === 0 || wanted.length === 0) return said.length === wanted.length ? 1 : 0;
  const rest = [...wanted];
  const shared = said.filter((word) => rest.includes(word) && rest.splice(rest.indexOf(word), 1)).length;
  return (2 * shared) / (said.length + wanted.length);
};
const score = Math.max(...[context.config.expected].flat().map(f1));
return { pass: score >= (context.config.threshold ?? 0.5), score, reason: `F1 of words ${score.toFixed(2)}` };

const plain = (text) => String(text).toLowerCase().replace(/[^\p{L}\p{N}\s]/gu, ' ').replace(/\b(a|an|the)\b/g, ' ').trim().split(/\s+/).join(' ');
const lastNumber = (text) => {
  const found = String(text).replace(/(\d),(?=\d{3}(?!\d))/g, '$1').match(/-?\d+(?:\.\d+)?/g);
  return found === null ? NaN : Number(found.at(-1));
};
const lastLetter = (text) => {
  const found = [...String(text).matchAll(/\(([A-R])\)|(?<![\p{L}\p{N}'])([B-R]|A(?! \p{Ll}))(?![\p{L}\p{N}'])/gu)].at(-1);
  return found === undefined ? null : (found[1] ?? found[2]);
};
const near = (found, wanted) => {
  const { tolerance = 0, relative = 0 } = context.config;
  return Math.abs(found - wanted) <= Math.max(tolerance, relative * Math.abs(wanted)) + 1e-9 * Math.abs(wanted);
};
const letterOf = (text) => /^\(?([A-R])\)?[.)]?$/.exec(String(text).trim())?.[1] ?? null;
const verdict = (pass, found) => ({ pass, score: pass ? 1 : 0, reason: `read ${found}, expected ${context.config.expected}` });

const Z = 1.959963984540054;

/** The Wilson 95 % interval of a mean score over n trials, as the server computes it for candidates (Wilson, JASA 22, 1927). */
export function wilson(mean: number, n: number): [number, number] {
  const z2 = Z * Z;
  const centre = (mean + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z * Math.sqrt((mean * (1 - mean)) / n + z2 / (4 * n * n))) / (1 + z2 / n);
  return [Math.min(mean, Math.max(0, centre - half)), Math.max(mean, Math.min(1, centre + half))];
}

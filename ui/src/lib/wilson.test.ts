import { expect, it } from "vitest";
import { wilson } from "./wilson";

// Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 81 of 263 gives 0.2553 to 0.3662; 15 of 148 gives 0.0624 to 0.1605
it.each([[81, 263, 0.2553, 0.3662], [15, 148, 0.0624, 0.1605], [0, 20, 0, 0.1611]])("%i of %i", (hits, n, low, high) => {
  const [l, h] = wilson(hits / n, n);
  expect(l).toBeCloseTo(low, 3);
  expect(h).toBeCloseTo(high, 3);
});

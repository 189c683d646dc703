import { describe, expect, it } from "vitest";
import { ago, candidateOf, duration, interval, pValue, runOf, signed, usd } from "./format";

describe("format", () => {
  it("writes differences with a sign that can be told from a hyphen", () => {
    expect(signed(0.271)).toBe("+0.27");
    expect(signed(-0.271)).toBe("\u22120.27");
    expect(signed(0.001)).toBe("0.00");
    expect(signed(null)).toBe("–");
  });
  it("tells lopsided intervals by their ends", () => {
    expect(interval(0.62, 0.58, 0.66)).toBe("± 0.04");
    expect(interval(0.96, 0.852, 0.988)).toBe("(0.85–0.99)");
    expect(interval(1, 0.94, 1)).toBe("(0.94–1.00)");
  });
  it("gives small amounts the digits they need", () => {
    expect([usd(0), usd(1.5), usd(0.0421), usd(0.00033), usd(0.0000021)]).toEqual(["$0.00", "$1.50", "$0.042", "$0.00033", "$0.0000021"]);
  });
  it("tells times in the nearest unit", () => {
    expect([duration(0.25), duration(3.21), duration(75), duration(600), duration(7200)]).toEqual(["250 ms", "3.2 s", "75 s", "10 min", "2.0 h"]);
    expect(ago(0, 5_000)).toBe("just now");
    expect(ago(0, 3_600_000)).toBe("60 min ago");
    expect(ago(0, 864_000_000)).toBe("1970-01-01");
  });
  it("takes node names apart", () => {
    expect([candidateOf("7kq2m9ap@c12"), runOf("7kq2m9ap@c12"), candidateOf("c3"), runOf("c3")]).toEqual(["c12", "7kq2m9ap", "c3", ""]);
  });
  it("never writes a p-value as zero", () => {
    expect([pValue(0.00001), pValue(0.0421), pValue(0.6)]).toEqual(["p < 0.001", "p = 0.042", "p = 0.60"]);
  });
});

import { useEffect, useMemo, useState } from "react";
import { Button } from "@/components/Button";
import { plural } from "@/lib/format";
import type { Scene } from "@/lineage/scene";

interface Props {
  scene: Scene;
  live: boolean;
  until: number;
  onChange: (entry: number) => void;
}

/** Replays how the tree grew. At its right end it shows everything, and what is still to come. */
export function TimeSlider({ scene, live, until, onChange }: Props) {
  const entries = useMemo(() => [...scene.moments].sort((a, b) => a - b), [scene]);
  const [playing, setPlaying] = useState(false);
  const count = entries.length;
  const at = until === Infinity ? count : entries.filter((entry) => entry <= until).length;
  useEffect(() => {
    if (!playing) return;
    const each = Math.max(1, Math.round(count / 160));
    const timer = setInterval(() => {
      const next = Math.min(count, at + each);
      onChange(next >= count ? Infinity : (entries[next - 1] ?? Infinity));
      if (next >= count) setPlaying(false);
    }, 60);
    return () => clearInterval(timer);
  }, [playing, at, count, entries, onChange]);
  if (count < 3) return null;
  return (
    <div className="flex min-w-0 flex-1 items-center gap-3 text-small text-muted">
      <Button
        kind="quiet"
        aria-label={playing ? "Stop the replay" : "Replay how the tree grew"}
        onClick={() => {
          if (!playing && at >= count) onChange(entries[0] ?? 0);
          setPlaying(!playing);
        }}
      >
        {playing ? "‖" : "▷"}
      </Button>
      <input
        type="range"
        aria-label="Moment of the run"
        aria-valuetext={`${at} of ${count} candidates`}
        min={1}
        max={count}
        value={at}
        className="h-1 min-w-16 flex-1 accent-[var(--fill)]"
        onChange={(event) => {
          const value = Number(event.target.value);
          setPlaying(false);
          onChange(value >= count ? Infinity : (entries[value - 1] ?? Infinity));
        }}
      />
      <span className="min-w-28 text-right whitespace-nowrap">{at >= count ? `${plural(count, "candidate")}${scene.total > count ? ` shown of ${scene.total}` : ""}${live ? ", live" : ""}` : `${at} of ${count} candidates`}</span>
    </div>
  );
}

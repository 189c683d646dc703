import { useEffect, useState } from "react";

const RESTS = 250;

/** Whether a row has stayed on screen for a quarter of a second: one that only flies past asks the server for nothing. */
export function useRests(): boolean {
  const [rests, setRests] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setRests(true), RESTS);
    return () => clearTimeout(timer);
  }, []);
  return rests;
}

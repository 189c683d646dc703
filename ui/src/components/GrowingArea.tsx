import type { TextareaHTMLAttributes } from "react";
import { direction } from "@/lib/direction";

/** Beyond so many characters a field keeps its height: growing with its text would lay all of it out at each key. */
export const LONG = 30_000;

/** A text field as high as what is in it, up to most of the window. */
export function GrowingArea({ className = "", value, ...rest }: TextareaHTMLAttributes<HTMLTextAreaElement> & { value: string }) {
  return <textarea dir={direction(value)} {...rest} value={value} className={`field max-h-[60vh] ${value.length > LONG ? "h-96" : "[field-sizing:content]"} ${className}`} />;
}

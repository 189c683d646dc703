import type { CandidateDetail } from "@/api/types";
import { GrowingArea } from "@/components/GrowingArea";

interface Props {
  components: CandidateDetail["prompt"]["components"];
  /** The components that were edited, by name. */
  edits: Record<string, string>;
  onChange: (edits: Record<string, string>) => void;
}

/** The components of a prompt, to be edited; frozen ones can be read. */
export function ComponentFields({ components, edits, onChange }: Props) {
  return components.map((component) => (
    <label key={component.name} className="block">
      <span className="mb-1 block text-small font-medium">Prompt: {component.name}{component.frozen ? " (frozen)" : ""}</span>
      <GrowingArea className="prompt" rows={3} readOnly={component.frozen} spellCheck={false} value={edits[component.name] ?? component.text} onChange={(event) => onChange({ ...edits, [component.name]: event.target.value })} />
    </label>
  ));
}

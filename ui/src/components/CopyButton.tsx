import { Button } from "./Button";
import { toast } from "./toasts";

export function CopyButton({ text, label = "Copy", what = "Copied", title }: { text: string; label?: string; what?: string; title?: string }) {
  return (
    <Button
      title={title}
      aria-label={title}
      onClick={() => {
        navigator.clipboard.writeText(text).then(
          () => toast(what),
          () => toast("The browser refused the clipboard.", { tone: "lost", fix: "Select the text and copy it by hand." }),
        );
      }}
    >
      {label}
    </Button>
  );
}

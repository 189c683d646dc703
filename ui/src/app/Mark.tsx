/** The mark: a small cladogram. */
export function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="26" height="26" fill="none" stroke="currentColor" strokeWidth="2.6" aria-hidden="true" className="text-accent">
      <path d="M2 16h9M26 5H14a3 3 0 0 0-3 3v16a3 3 0 0 0 3 3h3M26 20h-6a3 3 0 0 0-3 3v6h9" />
    </svg>
  );
}

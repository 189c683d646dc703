/** What lets somebody into a server without accounts. */
export function HowToGetIn() {
  return (
    <p>
      Start <code className="font-mono">clade serve</code> again and open its link in this browser: each link lets in once. Then this page goes on.
    </p>
  );
}

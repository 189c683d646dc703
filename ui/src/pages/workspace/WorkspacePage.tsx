import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { workspaceQuery } from "@/api/queries";
import { useMay, useSession } from "@/app/useSession";
import { ErrorNote } from "@/components/ErrorNote";
import { Loading } from "@/components/Loading";
import { AuditLog } from "./AuditLog";
import { BudgetPart } from "./BudgetPart";
import { GeneralPart } from "./GeneralPart";
import { KeysPart } from "./KeysPart";
import { MembersPart } from "./MembersPart";
import { SharesPart } from "./SharesPart";
import { WebhooksPart } from "./WebhooksPart";

/** A workspace's settings. Parts that one may not see are not offered. */
export function WorkspacePage() {
  const { ws } = useParams({ from: "/w/$ws/settings" });
  const session = useSession();
  const may = useMay(ws);
  const shared = session.mode === "accounts";
  const parts = [
    ["general", "General", true],
    ["members", "Members", shared],
    ["keys", "Provider keys", shared],
    ["budgets", "Budget", true],
    ["links", "Links", may("manage_shares")],
    ["webhooks", "Webhooks", may("manage_webhooks")],
    ["audit", "Audit log", may("read_audit")],
  ] as const;
  const { section: asked = "general" } = useSearch({ from: "/w/$ws/settings" });
  const workspace = useQuery(workspaceQuery(ws));
  // what one may not see is not asked for either, however one comes here
  const section = parts.some(([key, , shown]) => key === asked && shown) ? asked : "general";
  return (
    <div className="px-4 py-5 sm:px-6">
      <h1 className="plate mb-3">{workspace.data?.name ?? ws}</h1>
      <nav aria-label="Settings" className="mb-6 flex gap-5 overflow-x-auto overflow-y-hidden border-b border-hairline">
        {parts.filter(([, , shown]) => shown).map(([key, name]) => (
          <Link key={key} to="/w/$ws/settings" params={{ ws }} search={{ section: key }} aria-current={section === key ? "page" : undefined} className="border-b-2 border-transparent py-2 whitespace-nowrap text-muted hover:text-ink aria-[current=page]:border-accent aria-[current=page]:font-semibold aria-[current=page]:text-ink">
            {name}
          </Link>
        ))}
      </nav>
      {workspace.isPending ? <Loading /> : null}
      {workspace.error ? <ErrorNote error={workspace.error} /> : null}
      {workspace.data ? (
        <>
          {section === "general" ? <GeneralPart key={workspace.data.revision} workspace={workspace.data} /> : null}
          {section === "members" ? <MembersPart ws={ws} /> : null}
          {section === "keys" ? <KeysPart ws={ws} /> : null}
          {section === "budgets" ? <BudgetPart key={workspace.data.revision} workspace={workspace.data} /> : null}
          {section === "links" ? <SharesPart ws={ws} /> : null}
          {section === "webhooks" ? <WebhooksPart ws={ws} /> : null}
          {section === "audit" ? <AuditLog path={`/workspaces/${ws}`} title="Audit log" about="Every change, by whom, with what was before and after. It can be read and downloaded, never edited." /> : null}
        </>
      ) : null}
    </div>
  );
}

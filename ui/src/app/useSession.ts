import { useSuspenseQuery } from "@tanstack/react-query";
import { sessionQuery } from "@/api/queries";

export const useSession = () => useSuspenseQuery(sessionQuery).data;

/** What the signed-in person may do in a workspace. A control nobody may use is not shown. */
export function useMay(workspace: string | undefined): (action: string) => boolean {
  const session = useSession();
  const actions = session.workspaces.find((one) => one.id === workspace)?.actions ?? [];
  return (action) => actions.includes(action);
}

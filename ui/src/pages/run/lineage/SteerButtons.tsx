import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { steersQuery } from "@/api/queries";
import { Button } from "@/components/Button";
import { toast, toastError } from "@/components/toasts";
import { WriteDialog } from "../WriteDialog";
import { wishOf } from "./wishes";

interface Props {
  run: string;
  name: string;
  isSeed: boolean;
  onGo: (id: string) => void;
}

const DONE = {
  pin: "Pinned: it meets validation whatever the search thinks of it.",
  unpin: "No longer pinned.",
  reject: "Rejected: it does not meet validation. Pin it to take that back.",
};

/** What people say about a candidate while the search goes on, and what they said last. */
export function SteerButtons({ run, name, isSeed, onGo }: Props) {
  const client = useQueryClient();
  const steers = useQuery(steersQuery(run));
  const wish = wishOf(steers.data ?? [], name);
  const [writing, setWriting] = useState(false);
  const steer = useMutation({
    mutationFn: (what: keyof typeof DONE) => api.post(`/runs/${run}/candidates/${name}/${what}`),
    onSuccess: (_, what) => {
      toast(DONE[what]);
      void client.invalidateQueries({ queryKey: ["run", run] });
    },
    onError: toastError,
  });
  return (
    <>
      <Button onClick={() => setWriting(true)}>Edit and add</Button>
      {isSeed ? null : (
        <>
          <Button busy={steer.isPending} aria-pressed={wish === "pinned"} title={wish === "pinned" ? "Pinned: it meets validation whatever the search thinks of it" : undefined} onClick={() => steer.mutate(wish === "pinned" ? "unpin" : "pin")}>{wish === "pinned" ? "Unpin" : "Pin"}</Button>
          {wish === "rejected" ? <span className="self-center text-lost">rejected by hand</span> : <Button busy={steer.isPending} onClick={() => steer.mutate("reject")}>Reject</Button>}
        </>
      )}
      {writing ? (
        <WriteDialog
          run={run}
          from={name}
          onClose={() => setWriting(false)}
          onAdded={(candidate) => {
            setWriting(false);
            toast(`${candidate} joined the search.`);
            onGo(`${run}@${candidate}`);
          }}
        />
      ) : null}
    </>
  );
}

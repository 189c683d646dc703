// Made by `npm run types` from docs/openapi.json; do not edit.
export interface paths {
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who did what that belongs to no workspace, newest first. */
        get: operations["instance_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit.jsonl": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All that belongs to no workspace as JSON lines, oldest first: people, their tokens and how they sign in. */
        get: operations["export_instance_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Joins a workspace: whoever is signed in, or else a new person. */
        post: operations["accept_invitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/look": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a link invites to. */
        post: operations["look_at_invitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Models with a known price. */
        get: operations["models"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document. */
        get: operations["openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A run, how it stands, and what one may do with it. */
        get: operations["run"];
        put?: never;
        post?: never;
        /** Deletes a run: lists leave it out, and it can be restored. */
        delete: operations["delete_run"];
        options?: never;
        head?: never;
        /** Describes a run. */
        patch: operations["describe_run"];
        trace?: never;
    };
    "/api/v1/runs/{run}/branches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Starts a run from a candidate or snapshot of this one. */
        post: operations["branch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/budget": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The limits of a run. */
        get: operations["budget"];
        /** Gives a run other limits, whether it goes on or rests. A kind of limit that is left out is none; 0 lets nothing more be bought. */
        put: operations["set_budget"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/candidates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The candidates of a run. */
        get: operations["candidates"];
        put?: never;
        /** Adds a candidate that was edited by hand: it meets a sample of train examples, and validation. */
        post: operations["write_candidate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/candidates/{candidate}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A candidate with its prompt. `seed` and `best` name two of them. */
        get: operations["candidate"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/candidates/{candidate}/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How a candidate's prompt and scores differ from another's. */
        get: operations["diff"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/candidates/{candidate}/pin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Has a candidate meet validation whatever the search thinks of it. */
        post: operations["pin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/candidates/{candidate}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Keeps a candidate from validation; the default search builds on it no more. */
        post: operations["reject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/candidates/{candidate}/trials": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The trials of a candidate, in the order in which they ended. */
        get: operations["trials"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/candidates/{candidate}/unpin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a pin back. */
        post: operations["unpin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/clone": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Creates the same run anew, in this workspace or another that one may create runs in. */
        post: operations["clone_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/comments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What people said about a run and its candidates, oldest first; all of it where no `limit` is asked for. */
        get: operations["comments"];
        put?: never;
        /** Says something about a run or a candidate. */
        post: operations["comment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/comments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Removes a comment of one's own, or anybody's with the right to delete runs. */
        delete: operations["remove_comment"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/curve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The best score as each generation closed. */
        get: operations["curve"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happens in a run, as server-sent events: `entry`, `progress` and `end`. */
        get: operations["events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/examples": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Examples of a run's data set. */
        get: operations["examples"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A run in a format that other programs read. */
        get: operations["export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/feedback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says what whoever writes proposals is to heed from now on. */
        post: operations["feedback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/flips": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The examples on which two candidates differ. */
        get: operations["flips"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/freeze": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Freezes a part of the prompt: every later proposal keeps it word for word. */
        post: operations["freeze"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/generations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The generations of a run, also those from which nothing came, up to the `generation` of its row, which is the last complete one, or the one that goes on. */
        get: operations["generations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/generations/{generation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The candidates of a generation, by number, or of the `latest` that has any. */
        get: operations["generation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/journal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A run's journal as JSON lines. */
        get: operations["journal"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/lineage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The family tree with a place for each node. */
        get: operations["lineage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/lineage/ancestors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A candidate's ancestors, nearest first, over runs. */
        get: operations["ancestors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/lineage/common": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The nearest common ancestor of two candidates. */
        get: operations["common_ancestor"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/lineage/descendants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A candidate's descendants, nearest first, over runs. */
        get: operations["descendants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/lineage/families": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The clades: where each starts and what came of it. */
        get: operations["families"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/lineage/path": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The way from one candidate to another. */
        get: operations["path"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/lineage/rejected": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many proposals were turned away, by operator and reason. */
        get: operations["rejected"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/matrix": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Mean scores of candidates on examples. */
        get: operations["matrix"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/model": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Has another model serve from the next generation on. The run has to rest. */
        post: operations["change_model"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets calls in flight end and puts the run down. */
        post: operations["pause_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A run's result so far. */
        get: operations["report"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes the deletion of a run back. */
        post: operations["restore_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/shares": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The links of a run that have not expired, oldest first. */
        get: operations["shares"];
        put?: never;
        /** Makes a link that shows this run to whoever has it; it is told this once. */
        post: operations["share"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/shares/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes a link back: it shows nothing any more. */
        delete: operations["remove_share"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/snapshots": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The snapshots of a run, oldest first. */
        get: operations["snapshots"];
        put?: never;
        /** Names the place where a run's journal is now; where its candidates have sandboxes of their own, the leading ones' are kept and listed. */
        post: operations["snapshot"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/spec": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a run was told to do. */
        get: operations["spec"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Starts a run, or goes on with one. */
        post: operations["start_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends the search; the run still chooses and proves, also one that rests. */
        post: operations["stop_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/top": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The best candidates of a run: who met validation first, by the lower end of the score's interval. */
        get: operations["top"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run}/trials/{entry}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A trial with its request, its answer and how that was judged; by the number of its journal entry. */
        get: operations["trial"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schema": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The JSON schema of run files. */
        get: operations["schema"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is signed in, and where they may do what. */
        get: operations["session"];
        put?: never;
        /** Signs somebody in and sets the session's cookie. */
        post: operations["sign_in"];
        /** Ends the session. */
        delete: operations["sign_out"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes one's own password; all sessions and tokens end. */
        post: operations["change_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/supabase": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Signs somebody in at the Supabase project. */
        post: operations["supabase_sign_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/supabase/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Has the Supabase project send a mail with a link that signs somebody in. */
        post: operations["supabase_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/supabase/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Gives oneself a new password at the Supabase project. */
        put: operations["supabase_password"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/supabase/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Adds a person to the Supabase project. */
        post: operations["supabase_sign_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/supabase/recovery": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Has the Supabase project send a mail with a link that leads to a new password. */
        post: operations["supabase_recovery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/shares/look": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Which run a link shows. */
        post: operations["look_at_share"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's own API tokens, without their secrets; with a token those that open no more than it. */
        get: operations["tokens"];
        put?: never;
        /** Makes an API token; its secret is shown this once. One that is made with a token expires no later, and is revoked with it. */
        post: operations["add_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revokes an API token. */
        delete: operations["remove_token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All people, oldest first. */
        get: operations["users"];
        put?: never;
        /** Adds a person. */
        post: operations["add_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A person. */
        get: operations["user"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Renames, promotes or disables a person. */
        patch: operations["change_user"];
        trace?: never;
    };
    "/api/v1/users/{user}/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives a person a password; all their sessions and tokens end. */
        post: operations["reset_password"];
        /** Has a person sign in at an identity provider from now on, by the login as their address there; all their sessions and tokens end. */
        delete: operations["remove_password"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The workspaces that one is a member of. */
        get: operations["workspaces"];
        put?: never;
        /** Adds a workspace with oneself as its admin. */
        post: operations["add_workspace"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A workspace. */
        get: operations["workspace"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Renames a workspace, or says which addresses its runs may call. */
        patch: operations["change_workspace"];
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who did what, newest first. */
        get: operations["audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/audit.jsonl": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The whole audit log as JSON lines, oldest first. */
        get: operations["export_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/budget": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Limits what all runs of a workspace buy together. A kind of limit that is left out is none; 0 lets nothing more be bought. */
        put: operations["set_workspace_budget"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/candidates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The candidates of all runs of a workspace that a filter keeps, those of the newest run first. A page may hold fewer than were asked for, or none, though more follow: 200 runs at most are read for it. */
        get: operations["candidates_of_workspace"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/compare": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Runs side by side, and each pair on the test examples that both met. */
        get: operations["compare"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/curves": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the best scores of runs of a workspace grew. Runs that are not there, or cannot be read, are left out. */
        get: operations["curves"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/generations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The generations of each run of a workspace, newest run first. */
        get: operations["generations_of_workspace"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Invitations that are still good. */
        get: operations["invitations"];
        put?: never;
        /** Invites somebody by a link, which is shown this once. */
        post: operations["invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/invitations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes an invitation back. */
        delete: operations["remove_invitation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Which providers' keys are set; nobody can read them. */
        get: operations["keys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/keys/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Sets a provider's key, under the name of its variable. */
        put: operations["set_key"];
        post?: never;
        /** Removes a provider's key. */
        delete: operations["remove_key"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/library/{kind}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a workspace keeps: `prompt` or `dataset`. */
        get: operations["library"];
        put?: never;
        /** Keeps a text: the first version of a new name, or the next of one that is there. With the ETag of the item as `If-Match` it is kept behind that one alone. */
        post: operations["add_version"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/library/{kind}/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A prompt or data set with its versions. */
        get: operations["item"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/library/{kind}/{name}/labels/{label}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Lets a label point at a version. */
        put: operations["set_label"];
        post?: never;
        /** Takes a label away. */
        delete: operations["remove_label"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/library/{kind}/{name}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A version with its text. */
        get: operations["version"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is in a workspace, oldest first. */
        get: operations["members"];
        put?: never;
        /** Adds somebody who has an account. */
        post: operations["add_member"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/members/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes somebody out of a workspace; runs that they started there and that go on are put down. */
        delete: operations["remove_member"];
        options?: never;
        head?: never;
        /** Gives a member another role. */
        patch: operations["change_member"];
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/members/{user}/budget": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Limits what a member's runs buy together. */
        put: operations["set_member_budget"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/membership": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Leaves a workspace; runs that one started there and that go on are put down. */
        delete: operations["leave_workspace"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/mentions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The comments that name oneself, newest first, at most 50. */
        get: operations["mentions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/playground": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks several models once with a prompt. The budgets of the member and the workspace count it. */
        post: operations["try_out"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/presence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says that one is here, for 50 seconds, and gives who else is. */
        post: operations["be_present"];
        /** Says that one is here no more. */
        delete: operations["leave_presence"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The runs of a workspace. */
        get: operations["runs"];
        put?: never;
        /** Creates a run from a run file, and starts it. */
        post: operations["create_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/runs/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Validates a run file and estimates what it will take; spends nothing. */
        post: operations["check_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/runs/demo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Starts a run on the built-in simulated model. */
        post: operations["demo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/runs/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a run in from a bundle (`.clade.tar.zst`), whole or not at all. */
        post: operations["import_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/runs/judge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Judges one answer by the checks of a run file; spends nothing. */
        post: operations["judge_answer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/shares": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The links to all runs of a workspace that have not expired, oldest first. */
        get: operations["workspace_shares"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/spent": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a workspace and each member have bought so far, as their limits count it. */
        get: operations["workspace_spent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/top": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The best candidates of the runs of a workspace that lists show with the best scores, best first. Scores of different data or models do not compare. */
        get: operations["top_of_workspace"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The addresses that are told what happens to runs. */
        get: operations["webhooks"];
        put?: never;
        /** Adds a webhook; its secret is shown this once. */
        post: operations["add_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/webhooks/{webhook}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Removes a webhook. */
        delete: operations["remove_webhook"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/webhooks/{webhook}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was sent to a webhook within 30 days, newest first, and what came back. */
        get: operations["deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/{workspace}/webhooks/{webhook}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a delivery of the type `ping`. */
        post: operations["test_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description The secret of a link, and who one is where nobody is signed in. */
        AcceptanceInput: {
            /** @description For a new person: what they will sign in with. */
            login?: string | null;
            /**
             * @description For a new person: how others see them.
             * @default
             */
            name?: string;
            /** @description For a new person. */
            password?: string | null;
            secret: string;
        };
        /** @description Where a mail goes. */
        AddressInput: {
            email: string;
        };
        /** @description What one model made of it. */
        Answered: {
            /** @description Why there is none. */
            error: string | null;
            finish: components["schemas"]["FinishReason"] | null;
            /** Format: uint32 */
            latency_ms: number;
            model: string;
            /** @description Null where there is no answer. */
            text: string | null;
            /** Format: uint64 */
            tokens_in: number;
            /** Format: uint64 */
            tokens_out: number;
            /**
             * Format: double
             * @description US dollars; null where the price is unknown.
             */
            usd: number | null;
        };
        /** @description How an answer is judged. */
        AnswerJudged: {
            /** @description Checks that ask a model or execute code: they are asked when the run goes. */
            asks: string[];
            /** @description Checks that could not judge, with the reason. */
            failed: string[];
            /** @description One for each check in order that needs neither a model nor code, each followed by its named scores. */
            judgements: components["schemas"]["Judgement"][];
            /** @description Whether the example passes; null likewise. */
            pass: boolean | null;
            /**
             * Format: double
             * @description The mean of the checks by weight, in [0, 1]; null where one of them could not be asked here.
             */
            score: number | null;
            /** @description The example's variables. */
            vars: {
                [key: string]: unknown;
            };
        };
        /** @description What the models made of it, in the order in which they were named. */
        Answers: {
            answers: components["schemas"]["Answered"][];
            /** @description What each was sent. */
            messages: components["schemas"]["ChatMessage"][];
        };
        /** @description Sign-in at a Supabase project. */
        AtSupabase: {
            /** @description The other providers that it knows; `/sign-in/supabase/NAME` leads there. */
            providers: string[];
            /** @description Whether this session was opened there. */
            session: boolean;
        };
        /** @description What somebody did, as the log shows it. */
        AuditView: {
            /** @description What was done, such as `member.role`. */
            action: string;
            /** @description How it is now. */
            after: unknown;
            /** @description When. */
            at: components["schemas"]["Timestamp"];
            /** @description How it was before. */
            before: unknown;
            /** @description Who did it. */
            by: components["schemas"]["UserId"];
            /** @description Unique. */
            id: string;
            /** @description What they sign in with; empty where they are gone. */
            login: string;
            /** @description What it was done to. */
            target: string;
        };
        /** @description A part of `auto` that can be left out. */
        AutoPart: "racing" | "targeting" | "guard" | "reviews";
        /** @description Who makes sandboxes. */
        BackendChoice: "auto" | "local" | "daytona";
        /** @description The prompt that a run hands back. */
        BestPrompt: {
            /**
             * @description Those of these splits whose scores chose it, so that they flatter it: the best of many is the luckiest too. Only the test split is a claim.
             * @default []
             */
            biased: components["schemas"]["Split"][];
            /** @description Its name in the run, such as `c12`. */
            candidate: string;
            /** @description Whether validation chose it, or it only leads so far. */
            chosen: boolean;
            /**
             * Format: uint32
             * @description The generation it came from.
             */
            generation: number;
            /** @description As text. */
            prompt: string;
            /** @description Mean score on each split it met. */
            scores: {
                [key: string]: number;
            };
        };
        /** @description What some answers together cost the run; answers from the cache cost nothing and are not in it. */
        Bill: {
            /**
             * Format: uint32
             * @description Answered calls.
             */
            calls: number;
            /** @description Their cost, as far as prices are known. */
            cost: components["schemas"]["Usd"];
            /**
             * Format: uint32
             * @description Calls whose price is unknown.
             */
            unpriced?: number;
            /** @description Their tokens. */
            usage: components["schemas"]["Usage"];
        };
        /** @description What a workspace has bought. */
        Bought: {
            /** @description All of it. */
            all: components["schemas"]["Used"];
            /** @description That of those who are members now. */
            members: components["schemas"]["MemberBought"][];
        };
        /** @description Where a run starts. */
        BranchWantedInput: {
            /** @description Its limits; those of this run where they are left out. */
            budget?: components["schemas"]["BudgetInput"] | null;
            /** @description A candidate such as `c3`, `seed`, `best`, or a snapshot by name. */
            from: string;
            /** @description The task model, instead of this run's; its settings are the usual ones. */
            model?: string | null;
            /**
             * @description Components of the prompt that were edited by hand.
             * @default {}
             */
            prompt?: {
                [key: string]: string;
            };
            /** @description Its id; one is drawn where none is given. */
            run?: components["schemas"]["RunIdInput"] | null;
            /**
             * Format: uint64
             * @description The seed of all its randomness; one is drawn where none is given.
             */
            seed?: number | null;
            /** @description Whether it starts at once; it does where nothing is said. */
            start?: boolean | null;
        };
        /** @description Hard limits on everything a run buys: task, reflection and judge calls together. `None` is no limit. */
        Budget: {
            /**
             * Format: uint64
             * @description Answered calls; what the cache answers is free.
             */
            calls?: number | null;
            /**
             * Format: double
             * @description Minutes of running time; pauses do not count.
             */
            minutes?: number | null;
            /**
             * Format: uint64
             * @description Input and output tokens together.
             */
            tokens?: number | null;
            /**
             * Format: double
             * @description US dollars. Needs a known price for every model of the run.
             */
            usd?: number | null;
        };
        /** @description Hard limits on everything a run buys: task, reflection and judge calls together. `None` is no limit. */
        BudgetInput: {
            /**
             * Format: uint64
             * @description Answered calls; what the cache answers is free.
             */
            calls?: number | null;
            /**
             * Format: double
             * @description Minutes of running time; pauses do not count.
             */
            minutes?: number | null;
            /**
             * Format: uint64
             * @description Input and output tokens together.
             */
            tokens?: number | null;
            /**
             * Format: double
             * @description US dollars. Needs a known price for every model of the run.
             */
            usd?: number | null;
        };
        /** @description The limits of a run. */
        BudgetView: {
            budget: components["schemas"]["Budget"];
            /**
             * Format: uint64
             * @description For `If-Match`.
             */
            revision: number;
        };
        /** @description What changed between two candidates of a run. */
        CandidateDiff: {
            /** @description The old one. */
            a: components["schemas"]["CandidateId"];
            /** @description What is known of the new one. */
            after: components["schemas"]["DiffSide"];
            /** @description The new one. */
            b: components["schemas"]["CandidateId"];
            /** @description What is known of the old one. */
            before: components["schemas"]["DiffSide"];
            /**
             * @description Those of these splits whose scores took part in choosing, so that they flatter whoever was chosen.
             * @default []
             */
            biased: components["schemas"]["Split"][];
            /** @description The texts, component by component; demonstrations last, as one. */
            components: components["schemas"]["ComponentDiff"][];
            /** @description Why no difference is given: their scores are of different models. Null where they are of one. */
            not_paired?: string | null;
            /** @description Paired differences on each split that both met. For looking at, not a claim. */
            scores: components["schemas"]["SplitDifference"][];
        };
        /**
         * Format: uint32
         * @description A candidate's number inside its run, in order of admission; `c0` is the first seed prompt.
         */
        CandidateId: number;
        /** @description A candidate in a list. */
        CandidateRow: {
            /** @description What those of its answers cost that were paid for, on whatever split, judges included; null where a price is unknown. */
            answers_cost: components["schemas"]["Usd"] | null;
            /**
             * Format: uint64
             * @description How many answers those are: what the cache gave for nothing is not among them.
             */
            answers_paid: number;
            /**
             * @description When that was: runs have no other order among each other.
             * @default 0
             */
            at: components["schemas"]["Timestamp"];
            /** @description What writing and evaluating it cost, by the bills of its events. */
            cost: components["schemas"]["Usd"];
            /**
             * Format: uint64
             * @description The number of the journal entry that admitted it.
             */
            entry: number;
            /**
             * Format: uint32
             * @description Its generation in its run, from 0.
             */
            generation: number;
            /** @description Its name. */
            id: components["schemas"]["NodeId"];
            /**
             * @description The run's objectives in their order, then the named scores of its checks; on the split that all candidates of its run meet: train in
             *     a search, test in an evaluation. What was not measured is left out.
             */
            measures: components["schemas"]["Measure"][];
            /** @description The task model it is evaluated with. */
            model: string;
            /** @description The user's label, or the operator's hypothesis; may be empty. */
            note: string;
            /** @description What made it; `None` for seeds and for the first prompt of a branch. */
            operator: components["schemas"]["OperatorName"] | null;
            /** @description Its parents, the better one first. One of another run may not be in the store. */
            parents: components["schemas"]["NodeId"][];
            /** @description Its prompt as text, where it was asked for. */
            prompt?: string | null;
            /** @description The hash of its prompt's text: equal prompts of different runs have equal ones. */
            prompt_hash: components["schemas"]["ContentHash"];
            /** @description What writing it cost; null where a price is unknown. */
            proposal_cost: components["schemas"]["Usd"] | null;
            /** @description Why, in words: the verdict on it, and on its hypothesis; empty where nothing was decided. */
            reason: string;
            /** @description How it stands to its parents: what its edges are called. */
            relation: components["schemas"]["Relation"];
            /** @description Its score on the split that all candidates of its run meet: train in a search, test in an evaluation. */
            score: components["schemas"]["Estimate"] | null;
            /** @description Its scores on every split it met. */
            scores: {
                [key: string]: components["schemas"]["Estimate"];
            };
            /** @description The kept sandbox state that its trials started from, the last one's where they differ; none where they started from an empty folder. */
            state?: string | null;
            /** @description What became of it. */
            status: components["schemas"]["Status"];
            /** @description The examples that it was made for: the failures that its hypothesis is about. Empty where its operator was shown none in particular. */
            targets?: components["schemas"]["ExampleId"][];
            /**
             * Format: uint32
             * @description Proposals made from it, as the first parent, that were turned away before anything was spent on evaluating them.
             */
            turned_away: number;
        };
        /** @description A candidate. */
        CandidateView: {
            /** @description Candidates of this run that were made from it. */
            children: components["schemas"]["NodeId"][];
            node: components["schemas"]["CandidateRow"];
            prompt: components["schemas"]["Prompt"];
            /** @description The prompt as text. */
            text: string;
        };
        /** @description One message of a chat, already rendered. */
        ChatMessage: {
            /** @description What is said. */
            content: string;
            /** @description Who speaks. */
            role: components["schemas"]["MessageRole"];
        };
        /** @description A new password. */
        ChosenInput: {
            password: string;
        };
        /** @description Where a run is created anew. */
        CloneWantedInput: {
            /**
             * Format: uint64
             * @description The seed of all its randomness; that of this run where it is left out.
             */
            seed?: number | null;
            /** @description Whether it starts at once; it does not where nothing is said. */
            start?: boolean | null;
            /** @description In which workspace; in this one where it is left out. */
            workspace?: components["schemas"]["WorkspaceIdInput"] | null;
        };
        /** @description How a generation closed. */
        ClosedStep: {
            /**
             * Format: double
             * @description The highest of all generations so far.
             */
            best: number | null;
            /**
             * Format: uint64
             * @description Answered calls so far.
             */
            calls: number;
            /** @description The leading candidate. */
            candidate: components["schemas"]["CandidateId"] | null;
            /** Format: uint32 */
            generation: number;
            /**
             * Format: double
             * @description Upper end of it.
             */
            high: number | null;
            /**
             * Format: double
             * @description The highest fitness on train among the survivors; for a search that believes, what is believed of the leading one.
             */
            leading: number | null;
            /**
             * Format: double
             * @description Lower end of the 95 % interval of that mean.
             */
            low: number | null;
            /**
             * Format: double
             * @description The mean over the survivors.
             */
            mean: number | null;
            /**
             * Format: double
             * @description The mean score of its own answers on train examples, of all that it has by now.
             */
            score: number | null;
            /**
             * Format: double
             * @description Seconds of running time so far; pauses do not count.
             */
            seconds: number;
            /**
             * Format: uint64
             * @description Input and output tokens so far.
             */
            tokens: number;
            /**
             * Format: double
             * @description US dollars so far.
             */
            usd: number;
        };
        /** @description A comment. */
        CommentView: {
            at: components["schemas"]["Timestamp"];
            by: components["schemas"]["UserId"];
            /** @description Null where it is about the run. */
            candidate: components["schemas"]["CandidateId"] | null;
            id: string;
            /** @description Whom it names with `@login`. */
            mentions: components["schemas"]["UserId"][];
            /** @description How they are called; empty where they are gone. */
            name: string;
            text: string;
        };
        /** @description Runs side by side. */
        Comparison: {
            /** @description Why others are no pair. */
            not_paired: string[];
            /** @description Each pair that met the same test examples. */
            pairs: components["schemas"]["Pair"][];
            runs: components["schemas"]["Side"][];
        };
        /** @description One template of a prompt. */
        Component: {
            /** @description Whether no operator may change it. */
            frozen?: boolean;
            /** @description Unique in the prompt; `system`, `user` or a name of the user's. */
            name: string;
            /** @description Who speaks it. */
            role: components["schemas"]["MessageRole"];
            /** @description The template's source. */
            text: string;
        };
        /** @description What changed in one component. */
        ComponentDiff: {
            /** @description Its name. */
            component: string;
            /** @description The text in stretches. */
            runs: components["schemas"]["DiffRun"][];
        };
        /** @description One template of a prompt. */
        ComponentInput: {
            /** @description Whether no operator may change it. */
            frozen?: boolean;
            /** @description Unique in the prompt; `system`, `user` or a name of the user's. */
            name: string;
            /** @description Who speaks it. */
            role: components["schemas"]["MessageRoleInput"];
            /** @description The template's source. */
            text: string;
        };
        /** @description What every prompt must keep to. */
        Constraints: {
            /**
             * @description Texts that every descendant keeps word for word, wherever the first prompt has them.
             * @default []
             */
            frozen: string[];
            /**
             * Format: uint32
             * @description Most estimated tokens of a prompt's components and demonstrations together.
             * @default null
             */
            max_prompt_tokens: number | null;
        };
        ContentHash: string;
        /** @description How much a run tried. */
        Counts: {
            /**
             * Format: uint64
             * @description Candidates, the user's prompts included.
             */
            candidates: number;
            /**
             * Format: uint64
             * @description Trials whose answer was cut off at the model's length limit.
             * @default 0
             */
            cut: number;
            /**
             * Format: uint64
             * @description Trials whose answer had no text.
             * @default 0
             */
            empty: number;
            /**
             * Format: uint64
             * @description Trials without a score; they count as 0.
             */
            failed: number;
            /**
             * Format: uint64
             * @description Generations that were closed after the first one, which holds the user's prompts.
             */
            generations: number;
            /**
             * Format: uint64
             * @description Of those, answers that came when they counted no more, as of a search that had ended; they are part of no score.
             * @default 0
             */
            late: number;
            /**
             * Format: uint32
             * @description Of those, proposals that the reflection model's length limit cut off.
             * @default 0
             */
            proposals_cut: number;
            /**
             * Format: uint64
             * @description Of those, second answers of the first prompt, which the noise between repeats is estimated from; they are part of no score.
             * @default 0
             */
            repeats: number;
            /**
             * Format: uint64
             * @description Trials whose answer was bought by an equal call of the same run: the account has it once.
             * @default 0
             */
            shared: number;
            /**
             * Format: uint64
             * @description Trials, with or without a score: as many as the journal has, and as exports have rows.
             */
            trials: number;
            /**
             * Format: uint32
             * @description Proposals turned away before anything was spent on evaluating them.
             */
            turned_away: number;
        };
        /** @description Address and password. */
        CredentialsInput: {
            email: string;
            password: string;
        };
        /** @description How the best score grew. */
        Curve: {
            /**
             * Format: double
             * @description The first prompt's score on train; null before it was evaluated.
             */
            seed: number | null;
            /** @description One step for each closed generation. */
            steps: components["schemas"]["ClosedStep"][];
        };
        /** @description Where a delivery stands. */
        DeliveryStatus: "waiting" | "delivered" | "failed";
        /** @description A delivery and what became of it. */
        DeliveryView: {
            /** @description What the last try met. */
            answer: string;
            at: components["schemas"]["Timestamp"];
            /** @description What is sent, to the last byte. */
            body: string;
            /** @description When it is tried next, where it waits. */
            due: components["schemas"]["Timestamp"] | null;
            event: components["schemas"]["News"];
            id: string;
            status: components["schemas"]["DeliveryStatus"];
            /** Format: uint32 */
            tries: number;
        };
        /** @description A worked example shown to the model: the variables that fill the user component, and the answer to give. */
        Demonstration: {
            /** @description The assistant's turn. */
            answer: string;
            /** @description Values of the variables. */
            vars: {
                [key: string]: unknown;
            };
        };
        /** @description A worked example shown to the model: the variables that fill the user component, and the answer to give. */
        DemonstrationInput: {
            /** @description The assistant's turn. */
            answer: string;
            /** @description Values of the variables. */
            vars: {
                [key: string]: unknown;
            };
        };
        /** @description Words for people. */
        DescriptionInput: {
            description: string;
        };
        /** @description A stretch of a word diff. */
        DiffRun: {
            /**
             * @description `equal`, `insert` or `delete`.
             * @enum {string}
             */
            kind: "equal" | "insert" | "delete";
            /** @description The text, with its spaces. */
            text: string;
        };
        /** @description One of two candidates that are compared. */
        DiffSide: {
            /**
             * Format: uint32
             * @description The generation it came from.
             */
            generation: number;
            /**
             * @description The task model whose answers its scores are of, by its label where it has one.
             * @default
             */
            model: string;
            /** @description What made it; null for a first prompt. */
            operator: components["schemas"]["OperatorName"] | null;
            /** @description Mean score on each split it met. */
            scores: {
                [key: string]: number;
            };
        };
        /** @description Which way is better. */
        Direction: "maximize" | "minimize";
        /** @description A family tree with a place for each node. */
        Drawing: {
            /** @description The best candidate, where the line of descent ends. */
            best: components["schemas"]["NodeId"] | null;
            /**
             * Format: uint32
             * @description Number of columns: generations.
             */
            columns: number;
            marks: components["schemas"]["Marked"][];
            /**
             * Format: uint
             * @description How many candidates the filter keeps, drawn or not; null where none was given.
             */
            matched: number | null;
            /** @description Of the marks, those whose node the filter keeps; null where none was given. */
            matching: components["schemas"]["NodeId"][] | null;
            /**
             * Format: uint
             * @description What to pass as `from` for more; null at the end.
             */
            next: number | null;
            /** Format: uint32 */
            rows: number;
            /**
             * Format: uint
             * @description Candidates, drawn or not.
             */
            total: number;
        };
        /** @description An edge of a mark, with the place of its other end: a page can be drawn without the others. */
        Edge: {
            /** @description Whether it is on the line of descent. */
            descent: boolean;
            /** @description What the edge is called. */
            relation: components["schemas"]["Relation"];
            /**
             * Format: uint32
             * @description The parent's column.
             */
            x: number;
            /**
             * Format: uint32
             * @description The parent's row.
             */
            y: number;
        };
        /** @description A mean score with its interval and what it rests on. */
        Estimate: {
            /**
             * Format: uint32
             * @description Examples that they were made on. The interval counts each once: answers to the same example tell much the same.
             */
            examples: number;
            /**
             * Format: double
             * @description The upper end of the 95 % interval.
             */
            high: number;
            /**
             * Format: double
             * @description The lower end of the 95 % interval.
             */
            low: number;
            /**
             * Format: double
             * @description The mean, in [0, 1].
             */
            mean: number;
            /**
             * Format: uint32
             * @description Trials behind it.
             */
            trials: number;
        };
        /** @description How evaluations are carried out; promptfoo's `evaluateOptions`. */
        EvalOptions: {
            /** @description Whether answers bought by earlier runs are used. */
            cache: boolean;
            /**
             * Format: uint64
             * @description Least milliseconds between two calls.
             */
            delay_ms: number;
            /**
             * Format: uint32
             * @description Most calls at once; `None` finds it out as it goes.
             * @default null
             */
            max_concurrency: number | null;
            /**
             * Format: uint32
             * @description How often each example is evaluated, from 1.
             */
            repeat: number;
            /**
             * Format: uint64
             * @description Longest wait for one answer in milliseconds.
             */
            timeout_ms: number;
        };
        /** @description One prompt of `clade eval`. */
        EvaluatedPrompt: {
            /** @description Its name in the run, such as `c0`. */
            candidate: string;
            /**
             * Format: double
             * @description Upper end of its 95 % interval.
             */
            ci_high: number | null;
            /**
             * Format: double
             * @description Lower end of its 95 % interval.
             */
            ci_low: number | null;
            /**
             * Format: uint32
             * @description Trials without a score; they count as 0.
             */
            errors: number;
            /** @description The user's label. */
            label: string;
            /** @description The model that answered: its label, where it has one of its own. */
            model: string;
            /**
             * @description The id of that model, such as `openai:chat:gpt-5-mini`.
             * @default
             */
            model_id: string;
            /** @description Means of the named scores. */
            named_scores: {
                [key: string]: number;
            };
            /**
             * @description Where examples are repeated: for k from 1 to the number of repeats, the unbiased estimate of the share of examples that at
             *     least one of k outputs solves, with a score of 1. Over the examples that have all their repeats.
             */
            pass_at?: {
                [key: string]: number;
            };
            /**
             * Format: double
             * @description Share of examples that pass; nothing where there is no trial.
             */
            pass_rate: number | null;
            /** @description As text. */
            prompt: string;
            /**
             * Format: double
             * @description Mean score in [0, 1]; nothing where there is no trial.
             */
            score: number | null;
            /**
             * Format: uint32
             * @description Trials with or without a score.
             */
            trials: number;
        };
        /** @description The comparison of the chosen prompt with the first prompt on examples that the search never saw, made once. */
        Evidence: {
            /** @description Its interval. */
            best_ci: [
                number,
                number
            ];
            /**
             * Format: uint32
             * @description Trials of the chosen prompt without a score.
             * @default 0
             */
            best_errors: number;
            /**
             * Format: double
             * @description The chosen prompt's mean score, in [0, 1].
             */
            best_score: number;
            /**
             * Format: double
             * @description Upper end of the difference's interval.
             */
            ci_high: number;
            /**
             * Format: double
             * @description Lower end of the difference's interval.
             */
            ci_low: number;
            /**
             * Format: double
             * @description The level of every interval here, such as 0.95.
             */
            confidence: number;
            /**
             * Format: double
             * @description Mean paired difference, chosen minus first.
             */
            difference: number;
            /** @description Whether an improvement is claimed: `p_value` at most 0.05 and a difference above 0. */
            improved: boolean;
            /**
             * Format: uint32
             * @description Examples on which it scored lower.
             */
            losses: number;
            /** @description The task model whose answers it compares, by its label where it has one; only results state it, and journals leave it open. */
            model?: string | null;
            /**
             * Format: uint32
             * @description Paired examples.
             */
            n: number;
            /** @description Gain in score and the number of test examples that would show it with 80 % power. */
            needed: [
                number,
                number
            ][];
            /**
             * Format: double
             * @description One-sided: the chance of a difference at least this large if the chosen prompt were no better.
             */
            p_value: number;
            /** @description Its interval. */
            seed_ci: [
                number,
                number
            ];
            /**
             * Format: uint32
             * @description Trials of the first prompt without a score, which count as 0.
             * @default 0
             */
            seed_errors: number;
            /**
             * Format: double
             * @description The first prompt's mean score, in [0, 1].
             */
            seed_score: number;
            /** @description The whole in one plain sentence. */
            sentence: string;
            /** @description Which test gave it. */
            test: components["schemas"]["PairedTest"];
            /**
             * Format: uint32
             * @description Examples on which the chosen prompt scored higher.
             */
            wins: number;
        };
        /**
         * Format: uint32
         * @description An example's position in its data set, from 0.
         */
        ExampleId: number;
        /** @description An example. */
        ExampleView: {
            id: components["schemas"]["ExampleId"];
            split: components["schemas"]["Split"] | null;
            vars: {
                [key: string]: unknown;
            };
        };
        /** @description A clade: where it starts and what came of it. */
        Family: {
            /** @description The best of them. */
            best: components["schemas"]["NodeId"];
            /** @description A node without parents, or the first of a branch. */
            root: components["schemas"]["NodeId"];
            /**
             * Format: double
             * @description The best one's mean score, in [0, 1].
             */
            score: number | null;
            /**
             * Format: uint
             * @description The root with all its descendants, those of branches included.
             */
            size: number;
        };
        /** @description A prompt among which one is chosen. */
        Finalist: {
            /** @description Its name in the run, such as `c12`. */
            candidate: string;
            /**
             * Format: uint32
             * @description How many different examples of it this one met: a race gives those up early that fall behind.
             */
            examples: number;
            /**
             * Format: double
             * @description Mean score on them; null where it met none.
             */
            score: number | null;
            /** @description The split that finalists are compared on: validation, or train where none met that. */
            split: components["schemas"]["Split"];
        };
        /** @description Why an answer ended. */
        FinishReason: "stop" | "length" | "content_filter" | "other";
        /** @description An example on which two candidates differ. */
        Flip: {
            /**
             * Format: double
             * @description The first one's mean score.
             */
            a: number;
            /**
             * Format: double
             * @description The second one's.
             */
            b: number;
            example: components["schemas"]["ExampleId"];
        };
        /** @description A page of such examples. */
        Flips: {
            /** @description What is on it. */
            items: components["schemas"]["Flip"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
            /** @description Why none is told: the scores of the two are of different models. Null where they are of one. */
            not_paired: string | null;
        };
        /** @description Descendants that are not shown. */
        Folded: {
            /**
             * Format: double
             * @description The highest mean score among them, in [0, 1].
             */
            best?: number | null;
            /**
             * Format: uint32
             * @description How many of them are dropped.
             */
            dropped: number;
            /**
             * Format: uint32
             * @description How many.
             */
            nodes: number;
        };
        /** @description A finalist on the Pareto front of the run's objectives. */
        FrontPrompt: {
            /** @description Its name in the run, such as `c12`. */
            candidate: string;
            /**
             * Format: uint32
             * @description How many different examples of it this one met.
             * @default 0
             */
            examples: number;
            /** @description As text. */
            prompt: string;
            /** @description The split that its values are of: validation, or train without one. */
            split: components["schemas"]["Split"];
            /**
             * @description Its value of each objective by metric: scores in [0, 1], `prompt_tokens` in tokens, `cost` in USD and `latency` in milliseconds
             *     for each trial.
             */
            values: {
                [key: string]: number;
            };
        };
        /** @description What the best prompt gained over the first one on the line that it descends from, on examples that both met. */
        GainShown: {
            /** @description Its 95 % interval. */
            ci: [
                number,
                number
            ];
            /**
             * Format: double
             * @description The mean paired difference, in [-1, 1].
             */
            difference: number;
            /**
             * Format: uint32
             * @description How many.
             */
            examples: number;
            /** @description The split of those examples: test once there is evidence. Before, validation or train, which chose the prompt and so flatter it. */
            split: components["schemas"]["Split"];
        };
        /** @description A generation. */
        Generation: {
            /**
             * Format: double
             * @description The highest mean score in it; null where nothing was evaluated.
             */
            best: number | null;
            /** Format: uint */
            candidates: number;
            /** Format: uint32 */
            generation: number;
            /**
             * Format: double
             * @description The mean over its candidates.
             */
            mean: number | null;
        };
        /** @description Models that take over from a generation on. */
        GenerationModels: {
            /**
             * Format: uint32
             * @description The first generation they serve; 0 is the seeds'.
             */
            from: number;
            /**
             * @description Judges.
             * @default null
             */
            judge: components["schemas"]["ModelSpec"] | null;
            /**
             * @description Writes proposals.
             * @default null
             */
            reflection: components["schemas"]["ModelSpec"] | null;
            /**
             * @description Answers the examples.
             * @default null
             */
            task: components["schemas"]["ModelSpec"] | null;
        };
        /** @description What there is to gain, estimated on the first prompt before a search spends its budget. */
        Headroom: {
            /**
             * Format: double
             * @description The highest mean score that a prompt can be expected to reach at that noise, in [0, 1]: by the lower end of the noise's 99 % interval, so that few
             *     repeats claim little. `None` where that says nothing: no answer scored otherwise, or scores are not all 0 or 1.
             */
            ceiling: number | null;
            /**
             * Format: double
             * @description Upper end of the score's 95 % interval.
             */
            ci_high: number;
            /**
             * Format: double
             * @description Lower end of the score's 95 % interval.
             */
            ci_low: number;
            /**
             * Format: uint32
             * @description Train examples that the first prompt met.
             */
            n: number;
            /**
             * Format: double
             * @description Share of them where the second answer scored otherwise, in [0, 1]; `None` where none was asked twice.
             */
            noise: number | null;
            /**
             * @description What a gain of 2, 5 and 10 points needs where two prompts differ by chance as much as two answers of the first one did, and by the gain. Older runs
             *     assumed a tenth of the examples.
             */
            power: components["schemas"]["PowerRow"][];
            /**
             * Format: uint32
             * @description Examples that were asked a second time.
             */
            repeats: number;
            /**
             * Format: double
             * @description Its mean score on them, in [0, 1].
             */
            score: number;
        };
        /** @description The generations of a run. */
        History: {
            /** @description The best candidate; null before any was evaluated. */
            best: components["schemas"]["NodeId"] | null;
            /** @description All of them, first to last. */
            generations: components["schemas"]["Generation"][];
            /**
             * Format: uint32
             * @description The last one from which a candidate came; null before there is any.
             */
            latest: number | null;
            run: components["schemas"]["RunId"];
        };
        /** @description A run that was taken in. */
        Imported: {
            /**
             * Format: uint64
             * @description Journal entries.
             */
            entries: number;
            /** @description Whether its examples came along: without them it can be looked at, and not resumed. */
            resumable: boolean;
            run: components["schemas"]["RunId"];
            /** Format: uint64 */
            trials: number;
        };
        /** @description An invitation that was made. */
        InvitationMade: {
            invitation: components["schemas"]["InvitationView"];
            /** @description The page to send somebody to; the secret is behind a `#`, which browsers send to nobody. */
            link: string;
            /** @description Shown this once. */
            secret: string;
        };
        /** @description An invitation without its secret. */
        InvitationView: {
            by: components["schemas"]["UserId"];
            created: components["schemas"]["Timestamp"];
            expires: components["schemas"]["Timestamp"];
            id: string;
            note: string;
            role: components["schemas"]["Role"];
        };
        /** @description An invitation to be made. */
        InvitationWantedInput: {
            /**
             * Format: uint16
             * @description For how many hours it is good, at most 720; 72 where it is left out.
             */
            hours?: number | null;
            /**
             * @description Whom it is for.
             * @default
             */
            note?: string;
            role: components["schemas"]["RoleInput"];
        };
        /** @description What a link invites to. */
        InvitedTo: {
            expires: components["schemas"]["Timestamp"];
            note: string;
            role: components["schemas"]["Role"];
            workspace: components["schemas"]["WorkspaceId"];
            workspace_name: string;
        };
        /** @description How well a sandbox separates code from the machine, from weak to strong. */
        Isolation: "minimum-process" | "namespaces" | "machine";
        /** @description What a workspace keeps by name. */
        ItemKind: "prompt" | "dataset";
        /** @description A prompt or data set. */
        ItemView: {
            created: components["schemas"]["Timestamp"];
            /** @description Labels with the versions that they point at. */
            labels: {
                [key: string]: number;
            };
            name: string;
            /**
             * Format: uint64
             * @description For `If-Match`.
             */
            revision: number;
            /**
             * Format: uint32
             * @description How many versions it has; the newest has this number.
             */
            versions: number;
        };
        /** @description A prompt or data set with its versions, newest first. */
        ItemWhole: {
            created: components["schemas"]["Timestamp"];
            history: components["schemas"]["VersionView"][];
            /** @description Labels with the versions that they point at. */
            labels: {
                [key: string]: number;
            };
            name: string;
            /**
             * Format: uint64
             * @description For `If-Match`.
             */
            revision: number;
            /**
             * Format: uint32
             * @description How many versions it has; the newest has this number.
             */
            versions: number;
        };
        /**
         * @description Limits on what several runs buy together. A kind that is left out is none; 0 lets nothing more be bought.
         *
         *     Time is none of them: runs that go on side by side have no running time together.
         */
        JointBudget: {
            /**
             * Format: uint64
             * @description Answered calls; what the cache answers is free.
             */
            calls?: number | null;
            /**
             * Format: uint64
             * @description Input and output tokens together.
             */
            tokens?: number | null;
            /**
             * Format: double
             * @description US dollars.
             */
            usd?: number | null;
        };
        /**
         * @description Limits on what several runs buy together. A kind that is left out is none; 0 lets nothing more be bought.
         *
         *     Time is none of them: runs that go on side by side have no running time together.
         */
        JointBudgetInput: {
            /**
             * Format: uint64
             * @description Answered calls; what the cache answers is free.
             */
            calls?: number | null;
            /**
             * Format: uint64
             * @description Input and output tokens together.
             */
            tokens?: number | null;
            /**
             * Format: double
             * @description US dollars.
             */
            usd?: number | null;
        };
        /** @description An answer to an example of a run file. */
        JudgeInput: {
            /** @description What is judged as if the task model had answered it. */
            answer: string;
            /**
             * Format: uint32
             * @description Which example, from 0, in the order of the data.
             * @default 0
             */
            example?: number;
            run: components["schemas"]["RunWantedInput"];
        };
        /** @description One evaluator's verdict on one output. */
        Judgement: {
            /** @description The named score it counts towards: the assertion's `metric`, or the evaluator's name with its `not-`. */
            metric: string;
            /** @description Whether the check passes. */
            pass: boolean;
            /** @description Feedback in words, fit to show to the model that writes the next prompt. Empty only where nothing can be said. */
            reason?: string;
            /**
             * Format: double
             * @description In [0, 1]; 1 is best.
             */
            score: number;
            /**
             * Format: double
             * @description The assertion's weight, 0 or more.
             */
            weight: number;
        };
        /** @description The state of a candidate's own sandbox, as it was kept. */
        KeptState: {
            /** @description Whose sandbox. */
            candidate: components["schemas"]["CandidateId"];
            /** @description The sandbox's name. */
            sandbox: string;
            /** @description The state's name at the backend that made it. */
            state: string;
        };
        /** @description A key. */
        KeyGivenInput: {
            key: string;
        };
        /** @description That a key is set. */
        KeyView: {
            at: components["schemas"]["Timestamp"];
            by: components["schemas"]["UserId"];
            /** @description The provider's variable, such as `OPENAI_API_KEY`. */
            name: string;
        };
        /** @description Where a label points. */
        LabelAtInput: {
            /** Format: uint32 */
            version: number;
        };
        /** @description A language that functions are called in. */
        Language: "python" | "javascript";
        /** @description A limit that is not counted in calls. */
        Limit: "usd" | "tokens";
        /** @description The secret of a link. */
        LinkInput: {
            secret: string;
        };
        /** @description A place and what is there. */
        Marked: {
            /** @description Whether it is on the line of descent. */
            descent: boolean;
            /** @description Edges to its parents, the one it hangs on first. A parent that is folded stands for itself where it is folded into. */
            edges: components["schemas"]["Edge"][];
            /** @description What is folded into it. */
            folded?: components["schemas"]["Folded"];
            /** @description The node. */
            id: components["schemas"]["NodeId"];
            node: components["schemas"]["Node"];
            /**
             * Format: uint32
             * @description Column: its generation; in a branch counted on from the candidate that it started from.
             */
            x: number;
            /**
             * Format: uint32
             * @description Row, from 0.
             */
            y: number;
        };
        /** @description Mean scores: a row for each candidate, a column for each example. */
        Matrix: {
            candidates: components["schemas"]["CandidateId"][];
            examples: components["schemas"]["ExampleId"][];
            /** @description In [0, 1]; null where the candidate did not meet the example. */
            scores: (number | null)[][];
            split: components["schemas"]["Split"];
        };
        /** @description Oneself. */
        Me: {
            id: string;
            /** @description Whether they keep the installation. */
            instance_admin: boolean;
            /** @description What they sign in with. */
            login: string;
            name: string;
        };
        /** @description A value of an objective or of a named score. */
        Measure: {
            /** @description Which way the run wants it; null where it is none of its objectives. */
            direction: components["schemas"]["Direction"] | null;
            /**
             * Format: double
             * @description Upper end of it.
             */
            high: number | null;
            /**
             * Format: double
             * @description Lower end of the 95 % interval; null of what is no score.
             */
            low: number | null;
            /**
             * Format: double
             * @description The mean over its trials; the tokens themselves for `prompt_tokens`.
             */
            mean: number;
            /** @description As the run file names it: `score`, a metric, `prompt_tokens`, `cost` (USD a trial), or `latency` (milliseconds a trial). */
            name: string;
        };
        /** @description What a member has bought. */
        MemberBought: {
            used: components["schemas"]["Used"];
            user: components["schemas"]["UserId"];
        };
        /** @description What is to change. */
        MemberChangeInput: {
            role: components["schemas"]["RoleInput"];
        };
        /** @description A member of a workspace. */
        MemberView: {
            /** @description Limits over all their runs here. */
            budget: components["schemas"]["JointBudget"];
            login: string;
            name: string;
            /**
             * Format: uint64
             * @description For `If-Match`.
             */
            revision: number;
            role: components["schemas"]["Role"];
            since: components["schemas"]["Timestamp"];
            user: components["schemas"]["UserId"];
        };
        /** @description Somebody to be added. */
        MemberWantedInput: {
            /** @description What they sign in with. */
            login: string;
            role: components["schemas"]["RoleInput"];
        };
        /** @description A comment that names whoever asks. */
        Mention: {
            comment: components["schemas"]["CommentView"];
            run: components["schemas"]["RunId"];
        };
        /** @description Who speaks in a chat message. */
        MessageRole: "system" | "user" | "assistant";
        /** @description Who speaks in a chat message. */
        MessageRoleInput: "system" | "user" | "assistant";
        /** @description A workspace that one is a member of. */
        Mine: {
            /** @description What one may do there. */
            actions: string[];
            id: components["schemas"]["WorkspaceId"];
            name: string;
            role: components["schemas"]["Role"];
        };
        /** @description Sizes of a search. */
        MiproAuto: "light" | "medium" | "heavy";
        /** @description A model with a known price. */
        Model: {
            /**
             * Format: uint64
             * @description Tokens that it reads at once.
             */
            context: number | null;
            /** @description As a run file names it. */
            id: string;
            /**
             * Format: double
             * @description USD for a million tokens in.
             */
            input: number;
            /**
             * Format: double
             * @description USD for a million tokens out.
             */
            output: number;
            /** @description Whether it thinks before it answers. */
            reasoning: boolean;
            /** @description Whether it takes a temperature. */
            sampling: boolean;
        };
        /** @description What a model is asked for. */
        ModelRoleInput: "task" | "reflection" | "judge";
        /** @description The models of a run by role. */
        Models: {
            /**
             * @description Embeds texts for `similar` and `answer-relevance`; needed only by them.
             * @default null
             */
            embedding: components["schemas"]["ModelSpec"] | null;
            /**
             * @description Other models from some generation on, in order of `from`.
             * @default []
             */
            generations: components["schemas"]["GenerationModels"][];
            /**
             * @description Judges; the reflection model where absent.
             * @default null
             */
            judge: components["schemas"]["ModelSpec"] | null;
            /** @description The judges that single checks name, by the name that they use. */
            judges?: {
                [key: string]: components["schemas"]["ModelSpec"];
            };
            /**
             * @description Answers `moderation`; needed only by it.
             * @default null
             */
            moderation: components["schemas"]["ModelSpec"] | null;
            /** @description Further models that a program may ask by name. */
            program?: components["schemas"]["ModelSpec"][];
            /**
             * @description Writes proposals; the first task model where absent.
             * @default null
             */
            reflection: components["schemas"]["ModelSpec"] | null;
            /** @description Task models, at least one. `clade eval` evaluates every prompt with each; a search uses the first. */
            task: components["schemas"]["ModelSpec"][];
        };
        /** @description A model by name with its settings. Keys are never in here. */
        ModelSpec: {
            /** @description promptfoo's `config` without `apiKey`: `apiBaseUrl`, `apiKeyEnvar`, `temperature`, `max_tokens`, ... */
            config?: {
                [key: string]: unknown;
            };
            /** @description As promptfoo writes it: `openai:chat:gpt-5-mini`, `anthropic:messages:claude-sonnet-5`, `ollama:chat:qwen3`, `simulated:rough`. */
            id: string;
            /** @description How the user calls it; empty where they do not. */
            label?: string;
        };
        /** @description A person to be added. */
        NewcomerInput: {
            email: string;
            /**
             * @description How others see them; the address where it is left out.
             * @default
             */
            name?: string;
            password: string;
        };
        /** @description Another model. */
        NewModelInput: {
            /** @description As a run file names it. */
            model: string;
            role: components["schemas"]["ModelRoleInput"];
        };
        /** @description One's old password and the new one. */
        NewPasswordInput: {
            new: string;
            old: string;
        };
        /** @description What a webhook tells of. */
        News: "run.started" | "run.finished" | "run.paused" | "run.failed" | "ping";
        /** @description What a webhook tells of. */
        NewsInput: "run.started" | "run.finished" | "run.paused" | "run.failed" | "ping";
        /** @description A candidate with everything that a family tree shows of it. Its prompt is in journal entry `entry`. */
        Node: {
            /**
             * @description When that was: runs have no other order among each other.
             * @default 0
             */
            at: components["schemas"]["Timestamp"];
            /** @description What writing and evaluating it cost, by the bills of its events. */
            cost: components["schemas"]["Usd"];
            /**
             * Format: uint64
             * @description The number of the journal entry that admitted it.
             */
            entry: number;
            /**
             * Format: uint32
             * @description Its generation in its run, from 0.
             */
            generation: number;
            /** @description Its name. */
            id: components["schemas"]["NodeId"];
            /** @description The task model it is evaluated with. */
            model: string;
            /** @description The user's label, or the operator's hypothesis; may be empty. */
            note: string;
            /** @description What made it; `None` for seeds and for the first prompt of a branch. */
            operator: components["schemas"]["OperatorName"] | null;
            /** @description Its parents, the better one first. One of another run may not be in the store. */
            parents: components["schemas"]["NodeId"][];
            /** @description The hash of its prompt's text: equal prompts of different runs have equal ones. */
            prompt_hash: components["schemas"]["ContentHash"];
            /** @description Why, in words: the verdict on it, and on its hypothesis; empty where nothing was decided. */
            reason: string;
            /** @description How it stands to its parents: what its edges are called. */
            relation: components["schemas"]["Relation"];
            /** @description Its score on the split that all candidates of its run meet: train in a search, test in an evaluation. */
            score: components["schemas"]["Estimate"] | null;
            /** @description Its scores on every split it met. */
            scores: {
                [key: string]: components["schemas"]["Estimate"];
            };
            /** @description The kept sandbox state that its trials started from, the last one's where they differ; none where they started from an empty folder. */
            state?: string | null;
            /** @description What became of it. */
            status: components["schemas"]["Status"];
            /** @description The examples that it was made for: the failures that its hypothesis is about. Empty where its operator was shown none in particular. */
            targets?: components["schemas"]["ExampleId"][];
            /**
             * Format: uint32
             * @description Proposals made from it, as the first parent, that were turned away before anything was spent on evaluating them.
             */
            turned_away: number;
        };
        /** @description A candidate's name over all runs, written `RUN@c12`. */
        NodeId: string;
        /** @description A named direction. */
        Objective: {
            /** @description Which way is better. */
            direction: components["schemas"]["Direction"];
            /**
             * @description `score` (the weighted mean of all checks), a named metric of the checks, or one of the measured `prompt_tokens`
             *     (estimated tokens of the prompt), `cost` (USD per trial), `latency` (milliseconds per trial).
             */
            metric: string;
            /**
             * Format: double
             * @description Its share in the fitness, 0 or more. A minimised objective counts relative to the first prompt's value.
             */
            weight: number;
        };
        /** @description The name of an operator: lower-case words with `-`, such as `word-insertion`. */
        OperatorName: string;
        /** @description What an operator did and earned in a run. `rebase` earns nothing of its own: an edit that it carries over counts for whoever wrote that. */
        OperatorReport: {
            /**
             * Format: uint64
             * @description Calls of its proposals and of the search's trials of its candidates, judges included, by the bills of events.
             * @default 0
             */
            calls: number;
            /**
             * Format: uint32
             * @description Candidates that it dropped.
             */
            dropped: number;
            /**
             * Format: double
             * @description Its share of `gain_shown`, in mean score: that is shared out over the kept edits that the best prompt descends from, in proportion to what each was
             *     expected to bring, so that all shares add up to no more than was measured. What was kept beside that line brought nothing.
             */
            gain: number;
            /**
             * @description The 95 % interval of the share: of what was measured, and of how it is shared out.
             * @default null
             */
            gain_ci: [
                number,
                number
            ] | null;
            /**
             * Format: uint32
             * @description Candidates that the search kept after evaluating them.
             */
            kept: number;
            /**
             * Format: uint32
             * @description Of the kept ones, those that the best prompt descends from, by first parents.
             * @default 0
             */
            on_the_line: number;
            /** @description Its name. */
            operator: components["schemas"]["OperatorName"];
            /**
             * @description Gain for each 1,000 calls; null where none was bought.
             * @default null
             */
            per_1000_calls: components["schemas"]["Rate"] | null;
            /**
             * @description Gain for each proposal, in mean score. Its interval is that of an operator that does as well again: of how often its edits lead on, and of what they bring.
             * @default null
             */
            per_try: components["schemas"]["Rate"] | null;
            /**
             * @description Gain for each US dollar; null where a price is unknown or nothing was paid. What it cost is taken as known.
             * @default null
             */
            per_usd: components["schemas"]["Rate"] | null;
            /**
             * Format: uint32
             * @description Proposals that it made, those turned away included: its tries.
             */
            proposed: number;
            /**
             * Format: uint32
             * @description Of those, turned away before anything was spent on evaluating them.
             */
            rejected: number;
            /**
             * Format: uint32
             * @description Trials bought to decide on its candidates.
             */
            trials: number;
            /**
             * Format: double
             * @description What these cost in US dollars; null where a price is unknown.
             * @default null
             */
            usd: number | null;
        };
        /** @description The `optimize` block with every default filled in. */
        OptimizeSpec: {
            /** @description Hard limits. */
            budget: components["schemas"]["Budget"];
            /** @description What every prompt must keep to. */
            constraints: components["schemas"]["Constraints"];
            /** @description What counts, at least one; the first score to raise is the one that evidence is about. */
            objectives: components["schemas"]["Objective"][];
            /** @description How examples are parted. */
            splits: components["schemas"]["SplitSpec"];
            /** @description When to stop early. */
            stop: components["schemas"]["StopSpec"];
            /** @description The search. */
            strategy: components["schemas"]["StrategySpec"];
        };
        /** @description A page of a list. */
        Page: {
            /** @description What is on it. */
            items: components["schemas"]["Model"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
        };
        /** @description A page of a list. */
        Page2: {
            /** @description What is on it. */
            items: components["schemas"]["TokenView"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
        };
        /** @description A page of a list. */
        Page3: {
            /** @description What is on it. */
            items: components["schemas"]["UserView"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
        };
        /** @description A page of a list. */
        Page4: {
            /** @description What is on it. */
            items: components["schemas"]["InvitationView"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
        };
        /** @description A page of a list. */
        Page5: {
            /** @description What is on it. */
            items: components["schemas"]["WorkspaceView"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
        };
        /** @description A page of a list. */
        Page6: {
            /** @description What is on it. */
            items: components["schemas"]["MemberView"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
        };
        /** @description A page of a list. */
        Page7: {
            /** @description What is on it. */
            items: components["schemas"]["KeyView"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
        };
        /** @description A page of a list. */
        Page8: {
            /** @description What is on it. */
            items: components["schemas"]["WebhookView"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
        };
        /** @description A page of a list. */
        Page9: {
            /** @description What is on it. */
            items: components["schemas"]["DeliveryView"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
        };
        /** @description A page of a list. */
        Page10: {
            /** @description What is on it. */
            items: components["schemas"]["AuditView"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
        };
        /** @description A page of a list. */
        Page11: {
            /** @description What is on it. */
            items: components["schemas"]["ItemView"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
        };
        /** @description A page of a list. */
        Page12: {
            /** @description What is on it. */
            items: components["schemas"]["RunRow"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
        };
        /** @description A page of a list. */
        Page13: {
            /** @description What is on it. */
            items: components["schemas"]["Rise"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
        };
        /** @description A page of a list. */
        Page14: {
            /** @description What is on it. */
            items: components["schemas"]["CandidateRow"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
        };
        /** @description A page of a list. */
        Page15: {
            /** @description What is on it. */
            items: components["schemas"]["TrialRow"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
        };
        /** @description A page of a list. */
        Page16: {
            /** @description What is on it. */
            items: components["schemas"]["ExampleView"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
        };
        /** @description A page of a list. */
        Page17: {
            /** @description What is on it. */
            items: components["schemas"]["Node"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
        };
        /** @description A page of a list. */
        Page18: {
            /** @description What is on it. */
            items: components["schemas"]["Family"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
        };
        /** @description A page of a list. */
        Page19: {
            /** @description What is on it. */
            items: components["schemas"]["Rejected"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
        };
        /** @description A page of a list. */
        Page20: {
            /** @description What is on it. */
            items: components["schemas"]["Generation"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
        };
        /** @description A page of a list. */
        Page21: {
            /** @description What is on it. */
            items: components["schemas"]["History"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
        };
        /** @description A page of a list. */
        Page22: {
            /** @description What is on it. */
            items: components["schemas"]["SnapshotRow"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
        };
        /** @description A page of a list. */
        Page23: {
            /** @description What is on it. */
            items: components["schemas"]["ShareView"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
        };
        /** @description A page of a list. */
        Page24: {
            /** @description What is on it. */
            items: components["schemas"]["CommentView"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
        };
        /** @description A page of a list. */
        Page25: {
            /** @description What is on it. */
            items: components["schemas"]["Mention"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
        };
        /** @description A page of a list. */
        Page26: {
            /** @description What is on it. */
            items: components["schemas"]["Present"][];
            /** @description What to pass as `cursor` for the next page; null at the end. */
            next: string | null;
        };
        /** @description The chosen prompts of two runs on the test examples that both met. */
        Pair: {
            /** @description The one run. */
            a: components["schemas"]["RunId"];
            /** @description The other run. */
            b: components["schemas"]["RunId"];
            /**
             * Format: double
             * @description Upper end of its 95 % interval.
             */
            ci_high: number;
            /**
             * Format: double
             * @description Lower end of its 95 % interval.
             */
            ci_low: number;
            /**
             * Format: double
             * @description Mean of the second's score minus the first's, in [-1, 1].
             */
            difference: number;
            /**
             * Format: uint
             * @description Examples that both prompts met.
             */
            n: number;
            /**
             * Format: double
             * @description The same corrected for the number of pairs (Holm).
             */
            p_holm: number;
            /**
             * Format: double
             * @description Two-sided p-value of this pair alone.
             */
            p_value: number;
        };
        /** @description An exact paired test. */
        PairedTest: "mcnemar" | "permutation";
        /** @description A password that is given to somebody. */
        PasswordGivenInput: {
            password: string;
        };
        /** @description What one phase of a run buys. */
        PhaseEstimate: {
            /** @description Calls. */
            calls: components["schemas"]["Range"];
            /** @description `search`, `reflection`, `judge`, `validation` or `test`; `evaluation` for `clade eval`. */
            phase: string;
            /** @description Input tokens. */
            tokens_in: components["schemas"]["Range"];
            /** @description Output tokens. */
            tokens_out: components["schemas"]["Range"];
            /** @description USD; `None` where a price is unknown. */
            usd: components["schemas"]["Range"] | null;
        };
        /** @description A version of a prompt or data set that a workspace keeps. */
        PinnedItem: {
            /** @description Its content. */
            content: components["schemas"]["ContentHash"];
            /** @description Which kind. */
            kind: components["schemas"]["ItemKind"];
            /** @description Its name in the workspace. */
            name: string;
            /**
             * Format: uint32
             * @description Its number, from 1.
             */
            version: number;
        };
        /** @description What one looks at. */
        PlaceInput: {
            /** @description A run of the workspace; none where it is left out. */
            run?: components["schemas"]["RunIdInput"] | null;
        };
        /** @description What it takes to show a gain. */
        PowerRow: {
            /**
             * Format: uint64
             * @description Calls of that test: two prompts on each of them, judges included.
             */
            calls: number;
            /**
             * Format: uint32
             * @description Fresh examples on which both prompts must be tested for 80 % power at the 5 % level.
             */
            examples: number;
            /**
             * Format: double
             * @description The gain in mean score, in (0, 1].
             */
            gain: number;
        };
        /** @description Somebody who is here now. */
        Present: {
            name: string;
            /** @description The run that they look at. */
            run: components["schemas"]["RunId"] | null;
            user: components["schemas"]["UserId"];
        };
        /** @description What went wrong, as RFC 9457 writes it, and what to do. */
        Problem: {
            /** @description Where an edit was made from another version: the version that is there. */
            current?: unknown;
            /** @description What went wrong. */
            detail: string;
            /** @description What to do. */
            fix: string;
            /** @description Everything that is wrong with a run file, each with file, line and fix. */
            problems?: unknown[];
            /** @description The request's id, as the log has it. */
            request_id?: string | null;
            /** @description Beside it, the edit that was refused. */
            sent?: components["schemas"]["Sent"] | null;
            /**
             * Format: uint16
             * @description The status.
             */
            status: number;
            /** @description The status in words. */
            title: string;
            /** @description The kind of problem, as a name that stays. */
            type: string;
        };
        /** @description What the model calls of a program came to on one example. */
        ProgramCalls: {
            /**
             * Format: uint32
             * @description Answers it got, those that the run did not have to buy included.
             */
            answers: number;
            /** @description What the run bought for it. */
            bought: components["schemas"]["Bill"];
        };
        /**
         * @description A user's function that answers examples with as many model calls as it likes: several prompts, tools, chains. It is called in a
         *     sandbox; whom it asks is the run's task model, and [`Models::program`](crate::Models::program) beside it.
         */
        ProgramSpec: {
            /**
             * Format: uint32
             * @description About how many model calls one call of the function makes, from 1: what a limit on calls is laid out by.
             */
            calls: number;
            /** @description What the function finds in `options["config"]`. Keys are never in here. */
            config?: {
                [key: string]: unknown;
            };
            /** @description The function's name; `default` in JavaScript is what the module exports as a whole. */
            function: string;
            /** @description How the user calls it; empty where they do not. */
            label?: string;
            /** @description Its language. */
            language: components["schemas"]["Language"];
            /**
             * Format: uint32
             * @description Most model calls that one call of the function may make, from 1; further ones are refused.
             */
            max_calls: number;
            /** @description The file's path in the run. */
            path: string;
        };
        /** @description How a run stands, for people: a small copy that is renewed several times a second. */
        Progress: {
            /**
             * Format: uint
             * @description Proposals that became candidates.
             */
            accepted: number;
            /** @description The best candidate so far. */
            best: components["schemas"]["CandidateId"];
            /**
             * Format: uint32
             * @description On how many examples that score rests.
             */
            best_examples: number;
            /**
             * Format: double
             * @description Its score on the same split.
             */
            best_score: number | null;
            /** @description The limits. */
            budget: components["schemas"]["Budget"];
            /**
             * Format: uint
             * @description Candidates so far.
             */
            candidates: number;
            /**
             * Format: uint64
             * @description Trials without a score.
             */
            failed: number;
            /**
             * Format: uint32
             * @description The generation at hand, and after the search the last one.
             */
            generation: number;
            /** @description What there is to gain, once it was measured. */
            headroom: components["schemas"]["Headroom"] | null;
            /**
             * @description How far it is.
             * @enum {string}
             */
            phase: "evaluating" | "searching" | "choosing" | "proving" | "finished";
            /**
             * Format: double
             * @description Trials per second over the last seconds.
             */
            rate: number;
            /**
             * Format: uint32
             * @description Proposals turned away.
             */
            rejected: number;
            /**
             * Format: uint64
             * @description Calls that were tried again.
             */
            retries: number;
            /**
             * Format: double
             * @description The first prompt's score on the split of the phase, in [0, 1].
             */
            seed_score: number | null;
            /** @description What was bought, answers still on their way into the journal included. */
            spent: components["schemas"]["Spent"];
            /**
             * Format: uint64
             * @description Calls that the provider turned away as too many.
             */
            throttled: number;
            /**
             * Format: uint64
             * @description Trials so far.
             */
            trials: number;
            /**
             * Format: uint64
             * @description All trials of a plain evaluation; `None` in a search.
             */
            trials_planned: number | null;
            /**
             * Format: uint
             * @description Calls and proposals under way.
             */
            under_way: number;
            /** @description Which model has not answered yet, why, and how long it is still waited for; `None` where all goes well. */
            waiting: string | null;
        };
        /** @description Named components in order, and demonstrations. Components are MiniJinja templates with `{{variables}}`. */
        Prompt: {
            /** @description At least one; each becomes one chat message. */
            components: components["schemas"]["Component"][];
            /** @description Worked examples, sent as a user turn and an assistant turn each before the last user component. */
            demonstrations?: components["schemas"]["Demonstration"][];
        };
        /** @description Named components in order, and demonstrations. Components are MiniJinja templates with `{{variables}}`. */
        PromptInput: {
            /** @description At least one; each becomes one chat message. */
            components: components["schemas"]["ComponentInput"][];
            /** @description Worked examples, sent as a user turn and an assistant turn each before the last user component. */
            demonstrations?: components["schemas"]["DemonstrationInput"][];
        };
        /** @description What a trial is for. */
        Purpose: "search" | "repeat" | "selection" | "evidence" | "evaluation";
        /** @description Where code of a trial was executed. */
        Ran: {
            /** @description The backend, such as `local`. */
            backend: string;
            /** @description The state that it started from, where that was not an empty folder. */
            from?: string | null;
            /** @description How well it isolates. */
            isolation: components["schemas"]["Isolation"];
            /** @description Whether it was executed earlier and its answer was known, in this run or in another. */
            known?: boolean;
            /** @description The sandboxes that it began in before this one, each of which went away or was full of what earlier calls had left. */
            replaced?: string[];
            /** @description The end of what it printed; empty where it printed nothing. */
            said?: string;
            /** @description The sandbox's name, which no other sandbox of that process had. */
            sandbox: string;
            /**
             * Format: uint32
             * @description Milliseconds from the call to its end, waiting for models included.
             */
            took_ms: number;
        };
        /** @description A figure with its range. */
        Range: {
            /**
             * Format: double
             * @description Where much is bought; never above the budget.
             */
            high: number;
            /**
             * Format: double
             * @description The figure to plan by.
             */
            likely: number;
            /**
             * Format: double
             * @description Where little is bought.
             */
            low: number;
        };
        /** @description A figure with its 95 % interval. */
        Rate: {
            /** @description Its interval; null where nothing says how much a kept edit brings, as where none leads to the best prompt. */
            ci: [
                number,
                number
            ] | null;
            /**
             * Format: double
             * @description The figure.
             */
            value: number;
        };
        /** @description Proposals that became no candidates. */
        Rejected: {
            /** Format: uint32 */
            count: number;
            /** @description What made them. */
            operator: components["schemas"]["OperatorName"];
            reason: components["schemas"]["RejectReason"];
        };
        /** @description Why a proposal was turned away. */
        RejectReason: "placeholder" | "frozen" | "duplicate" | "too_long" | "leak" | "template" | "unreadable" | "cut" | "not_applicable" | "model_failed";
        /** @description How a candidate stands to its parents. */
        Relation: "seed" | "mutated_from" | "derived_from" | "branch_of";
        /** @description How the best score of a run grew; `/runs/{run}/curve` has more of it. */
        Rise: {
            run: components["schemas"]["RunId"];
            /**
             * Format: double
             * @description The first prompt's score on train; null before it was evaluated.
             */
            seed: number | null;
            /** @description One for each closed generation from which on there was a best one. */
            steps: components["schemas"]["RiseStep"][];
        };
        /** @description The best so far as a generation closed. */
        RiseStep: {
            /**
             * Format: double
             * @description The highest fitness on train among the survivors of all generations so far.
             */
            best: number;
            /**
             * Format: uint64
             * @description Answered calls so far.
             */
            calls: number;
        };
        /** @description What a person is in a workspace, and beside all workspaces. A later one may grant every earlier one. */
        Role: "viewer" | "user" | "admin" | "instance";
        /** @description What a person is in a workspace, and beside all workspaces. A later one may grant every earlier one. */
        RoleInput: "viewer" | "user" | "admin" | "instance";
        /** @description A run file that is right. */
        RunChecked: {
            /**
             * Format: uint32
             * @description Examples that occur again.
             */
            duplicates: number;
            estimate: components["schemas"]["RunEstimate"];
            examples: components["schemas"]["SplitCounts"];
            /** @description The first 24 train examples by their positions in the data, from 0: what may be looked at before a search without meeting what chooses and proves. */
            first_train: components["schemas"]["ExampleId"][];
            ok: boolean;
            /** @description Whether it could start now. */
            ready: boolean;
            /** @description Why it could not. */
            unready: string | null;
            warnings: string[];
        };
        /** @description What a run will buy, before it is started: an estimate from the sizes of prompts and data, not a promise. The budget is. */
        RunEstimate: {
            /** @description All calls. */
            calls: components["schemas"]["Range"];
            /**
             * Format: uint32
             * @description Calls at once that `seconds` assumes.
             */
            concurrency: number;
            /** @description One evaluation of the first prompt: calls, tokens, USD. */
            evaluation: components["schemas"]["PhaseEstimate"];
            /** @description In order of the run; judge calls of all phases together. */
            phases: components["schemas"]["PhaseEstimate"][];
            /** @description Running time in seconds. */
            seconds: components["schemas"]["Range"];
            /** @description The limit that pays for a part of the phases alone, where one does. */
            shortfall: components["schemas"]["Shortfall"] | null;
            /**
             * Format: uint32
             * @description Test examples that the evidence will rest on: all, or what the limit on calls leaves for them.
             */
            test_examples: number;
            /** @description All input tokens. */
            tokens_in: components["schemas"]["Range"];
            /** @description All output tokens. */
            tokens_out: components["schemas"]["Range"];
            /** @description Models whose price is unknown. */
            unpriced: string[];
            /** @description USD of all; `None` where a price is unknown. */
            usd: components["schemas"]["Range"] | null;
        };
        /** @description A run's name: 4 to 40 characters of `a-z`, `0-9` and `-`. Short ones are generated, unique by chance and checked on creation. */
        RunId: string;
        /** @description A run's name: 4 to 40 characters of `a-z`, `0-9` and `-`. Short ones are generated, unique by chance and checked on creation. */
        RunIdInput: string;
        /** @description A run that was created. */
        RunMade: {
            run: components["schemas"]["RunId"];
            /** @description Whether it goes on. */
            started: boolean;
            /** @description What is worth knowing and stops nothing. */
            warnings: string[];
        };
        /** @description Search, or only evaluate. */
        RunMode: "optimize" | "evaluate";
        /** @description Search, or only evaluate. */
        RunModeInput: "optimize" | "evaluate";
        /** @description A run's result: what `--json` ends with and `clade show --json` prints. Fields are only ever added. */
        RunReport: {
            /** @description The chosen prompt, or the best so far; null for evaluations. */
            best: components["schemas"]["BestPrompt"] | null;
            /**
             * @description The run that this one branches from: its comparison met the same test examples. Whoever branched because of its test score should take a gain
             *     with care.
             */
            branch_of?: components["schemas"]["RunId"] | null;
            /** @description How much it tried. */
            counts: components["schemas"]["Counts"];
            /** @description Why it is paused or failed. */
            detail?: string;
            /** @description The comparison on the test split; null before it is measured. */
            evidence: components["schemas"]["Evidence"] | null;
            /** @description What the search handed on to be chosen from, the best score first; empty before it has ended. */
            finalists?: components["schemas"]["Finalist"][];
            /** @description The same in words that follow "the search ended because". */
            finish_detail?: string | null;
            /** @description Why the search ended; null while it has not. */
            finish_reason: string | null;
            /** @description Where there are several objectives: the finalists that no other one beats in all of them. */
            front?: components["schemas"]["FrontPrompt"][];
            /**
             * @description What the best prompt gained over the one that it descends from, which the operators' gains are shares of; null where it is a first prompt, or
             *     was not compared yet.
             */
            gain_shown?: components["schemas"]["GainShown"] | null;
            /** @description What there was to gain, estimated before the search began; null where the strategy estimates nothing. */
            headroom?: components["schemas"]["Headroom"] | null;
            /** @description What each operator earned, in order of name; empty where the strategy records no verdicts. */
            operators?: components["schemas"]["OperatorReport"][];
            /** @description Each prompt of `clade eval`. */
            prompts?: components["schemas"]["EvaluatedPrompt"][];
            /** @description The run. */
            run: components["schemas"]["RunId"];
            /** @description What its code was executed in; null where the run has none. */
            sandbox?: components["schemas"]["SandboxReport"] | null;
            /** @description The first prompt as text; null for evaluations. */
            seed_prompt: string | null;
            /** @description Whether any of its models is simulated: then no figure here says anything about a real model. */
            simulated: boolean;
            /** @description What was bought. */
            spent: components["schemas"]["Spent"];
            /** @description Where it stands. */
            status: components["schemas"]["RunStatus"];
            /** @description The task models by what people call them, in the order in which they serve; empty where one serves all generations. */
            task_models?: string[];
        };
        /** @description A run in a list. */
        RunRow: {
            /**
             * Format: double
             * @description The best or chosen candidate's score so far, in [0, 1].
             */
            best_score: number | null;
            /** @description The candidate of that run with whose prompt it started. Rows of older versions have none. */
            branch_from?: components["schemas"]["CandidateId"] | null;
            /** @description The run it branched from. */
            branch_of: components["schemas"]["RunId"] | null;
            /** @description The part of `spent` that was bought elsewhere, before somebody else's run was imported: it counts in no budget here. */
            brought?: components["schemas"]["Spent"];
            /** @description The limits in force. Rows of older versions have none. */
            budget?: components["schemas"]["Budget"] | null;
            /**
             * @description Who created it.
             * @default local
             */
            by: components["schemas"]["UserId"];
            /**
             * Format: uint32
             * @description Candidates so far.
             */
            candidates: number;
            /** @description When it was created. */
            created: components["schemas"]["Timestamp"];
            /** @description Whether somebody deleted it: lists leave it out, and it can be restored. What it paid for stays in the account. */
            deleted?: boolean;
            /** @description The user's words, or the run file's name; the first [`Self::WORDS`] characters. */
            description: string;
            /** @description Why it is paused or failed; empty otherwise. */
            detail: string;
            /**
             * Format: uint32
             * @description The last complete generation.
             */
            generation: number;
            /** @description Whether evidence shows an improvement; `None` before it is measured. */
            improved: boolean | null;
            /** @description Search, or only evaluate. */
            mode: components["schemas"]["RunMode"];
            /** @description The task model's name. */
            model: string;
            /** @description How it stands right now, where it goes on in this server. */
            progress?: components["schemas"]["Progress"] | null;
            /** @description The run. */
            run: components["schemas"]["RunId"];
            /**
             * Format: double
             * @description The first prompt's score so far, in [0, 1].
             */
            seed_score: number | null;
            /** @description Whether any of its models is simulated. */
            simulated: boolean;
            /** @description What it has bought. */
            spent: components["schemas"]["Spent"];
            /** @description Where it stands. */
            status: components["schemas"]["RunStatus"];
            /** @description The strategy's name; empty for evaluations. */
            strategy: string;
            /** @description When this row was last written. */
            updated: components["schemas"]["Timestamp"];
            /** @description Whether a server is to go on with it: set when it is started there, cleared when it is paused there or ends. */
            wanted?: boolean;
            /**
             * @description The workspace it belongs to.
             * @default local
             */
            workspace: components["schemas"]["WorkspaceId"];
            /** @description What its scores are worth; `None` before both prompts were judged, and in rows of older versions. */
            worth?: components["schemas"]["Worth"] | null;
        };
        /** @description What a run does: the run file with everything resolved, without the data and without any key. Stored with the run. */
        RunSpec: {
            /**
             * @description The user's words for it; may be empty.
             * @default
             */
            description: string;
            /** @description The prompts and data sets of the workspace that the run file names, in the versions that they had when the run was created. */
            library?: components["schemas"]["PinnedItem"][];
            /** @description Search, or only evaluate. */
            mode: components["schemas"]["RunMode"];
            /** @description Who answers. */
            models: components["schemas"]["Models"];
            /** @description How the search goes. */
            optimize: components["schemas"]["OptimizeSpec"];
            /** @description How evaluations are carried out. */
            options: components["schemas"]["EvalOptions"];
            /** @description The function that answers examples with calls of the task model; `None` where the model does so itself. */
            program?: components["schemas"]["ProgramSpec"] | null;
            /** @description The user's prompts; at least one. The first is the one that evidence compares with. */
            prompts: components["schemas"]["SeedPrompt"][];
            /** @description How its code is executed; `None` where it has none and wants no sandboxes. */
            sandbox?: components["schemas"]["SandboxSpec"] | null;
            /**
             * Format: uint64
             * @description The source of all randomness of the run.
             */
            seed: number;
            /**
             * @description The run file's path as the user wrote it, for messages and for reading keys again on resume.
             * @default null
             */
            source: string | null;
        };
        /** @description Where a run stands. */
        RunStatus: "running" | "paused" | "failed" | "finished";
        /** @description A run in one row: what lists show. A projection of the journal, rewritten as the run goes. */
        RunSummary: {
            /**
             * Format: double
             * @description The best or chosen candidate's score so far, in [0, 1].
             */
            best_score: number | null;
            /** @description The candidate of that run with whose prompt it started. Rows of older versions have none. */
            branch_from?: components["schemas"]["CandidateId"] | null;
            /** @description The run it branched from. */
            branch_of: components["schemas"]["RunId"] | null;
            /** @description The part of `spent` that was bought elsewhere, before somebody else's run was imported: it counts in no budget here. */
            brought?: components["schemas"]["Spent"];
            /** @description The limits in force. Rows of older versions have none. */
            budget?: components["schemas"]["Budget"] | null;
            /**
             * @description Who created it.
             * @default local
             */
            by: components["schemas"]["UserId"];
            /**
             * Format: uint32
             * @description Candidates so far.
             */
            candidates: number;
            /** @description When it was created. */
            created: components["schemas"]["Timestamp"];
            /** @description Whether somebody deleted it: lists leave it out, and it can be restored. What it paid for stays in the account. */
            deleted?: boolean;
            /** @description The user's words, or the run file's name; the first [`Self::WORDS`] characters. */
            description: string;
            /** @description Why it is paused or failed; empty otherwise. */
            detail: string;
            /**
             * Format: uint32
             * @description The last complete generation.
             */
            generation: number;
            /** @description Whether evidence shows an improvement; `None` before it is measured. */
            improved: boolean | null;
            /** @description Search, or only evaluate. */
            mode: components["schemas"]["RunMode"];
            /** @description The task model's name. */
            model: string;
            /** @description The run. */
            run: components["schemas"]["RunId"];
            /**
             * Format: double
             * @description The first prompt's score so far, in [0, 1].
             */
            seed_score: number | null;
            /** @description Whether any of its models is simulated. */
            simulated: boolean;
            /** @description What it has bought. */
            spent: components["schemas"]["Spent"];
            /** @description Where it stands. */
            status: components["schemas"]["RunStatus"];
            /** @description The strategy's name; empty for evaluations. */
            strategy: string;
            /** @description When this row was last written. */
            updated: components["schemas"]["Timestamp"];
            /** @description Whether a server is to go on with it: set when it is started there, cleared when it is paused there or ends. */
            wanted?: boolean;
            /**
             * @description The workspace it belongs to.
             * @default local
             */
            workspace: components["schemas"]["WorkspaceId"];
            /** @description What its scores are worth; `None` before both prompts were judged, and in rows of older versions. */
            worth?: components["schemas"]["Worth"] | null;
        };
        /** @description A run, and what one may do with it. */
        RunView: {
            /** @description What one may do there. */
            actions: string[];
            /**
             * Format: uint64
             * @description Entries of its journal.
             */
            length: number;
            /** @description How it stands right now; null where it does not go on in this server. */
            progress: components["schemas"]["Progress"] | null;
            /**
             * Format: uint64
             * @description For `If-Match` where it is described anew.
             */
            revision: number;
            /** @description What one is there; null for somebody who is only let in as an instance admin. */
            role: components["schemas"]["Role"] | null;
            run: components["schemas"]["RunSummary"];
            workspace: components["schemas"]["WorkspaceId"];
        };
        /** @description A run file with what it names. */
        RunWantedInput: {
            /** @description The run file: YAML or JSON. */
            file: string;
            /**
             * @description Texts that it names with `file://`, by their paths.
             * @default {}
             */
            files?: {
                [key: string]: string;
            };
            /** @description Search where it is not said. */
            mode?: components["schemas"]["RunModeInput"] | null;
            /** @description Its id; one is drawn where none is given. */
            run?: components["schemas"]["RunIdInput"] | null;
            /**
             * Format: uint64
             * @description The seed of all its randomness, instead of the run file's.
             */
            seed?: number | null;
            /**
             * @description Values that win over the run file's, in order, each as `path=value` such as `optimize.budget.calls=500`.
             * @default []
             */
            set?: string[];
            /** @description Whether it starts at once; it does where nothing is said. */
            start?: boolean | null;
        };
        /** @description What is said. */
        SaidInput: {
            /** @description Such as `c3`; about the run where it is left out. */
            candidate?: string | null;
            text: string;
        };
        /** @description What was kept of the sandboxes of a run's leading candidates, and why not all of it. */
        SandboxesKept: {
            /** @description Why others could not be kept; empty where all could. */
            detail: string;
            /** @description The states, those of the best first. */
            states: components["schemas"]["KeptState"][];
            /** @description Leading candidates that had no sandbox at that moment. */
            without: components["schemas"]["CandidateId"][];
        };
        /**
         * @description What a sandbox may use. Whoever goes over one is ended, and the trial says which one it was.
         *
         *     Memory, processes and disk hold for the sandbox at any moment; CPU, wall time and output for each execution.
         */
        SandboxLimits: {
            /**
             * Format: uint32
             * @description Processor time of all processes together, in seconds; at least 1.
             * @default 10
             */
            cpu_seconds: number;
            /**
             * Format: uint32
             * @description Files in the working folder, `/tmp` and `/dev/shm` together, in MiB; at least 1. They are held in memory.
             * @default 64
             */
            disk_mb: number;
            /**
             * Format: uint32
             * @description Private and shared memory of all processes together, in MiB; at least 32. Files count towards `disk_mb` instead.
             * @default 512
             */
            memory_mb: number;
            /**
             * Format: uint32
             * @description What may be read from standard output and standard error together, in KiB; at least 1.
             * @default 1024
             */
            output_kb: number;
            /**
             * Format: uint32
             * @description Processes and threads at once; at least 1. A JavaScript runtime alone needs about twelve.
             * @default 64
             */
            processes: number;
            /**
             * Format: uint32
             * @description Time from start to end, in seconds; at least 1.
             * @default 30
             */
            wall_seconds: number;
        };
        /** @description Who gets a sandbox. */
        SandboxMode: "when-needed" | "always";
        /** @description What the code of a run was executed in. */
        SandboxReport: {
            /** @description The kept state that its sandboxes started from, or are to start from where it has no trial yet; null where that is an empty folder. */
            from: string | null;
            /** @description The weakest isolation that any of its sessions had; null before the first, and where an older version wrote it. */
            isolation: components["schemas"]["Isolation"] | null;
            /** @description The newest states that were kept of candidates' own sandboxes, in order of candidate: `clade branch` starts from them. */
            kept: components["schemas"]["KeptState"][];
            /**
             * @description Why others could not be kept then; empty where all could.
             * @default
             */
            not_kept: string;
            /**
             * @description Leading candidates that had no sandbox when states were kept last, and of which none was kept before.
             * @default []
             */
            without: components["schemas"]["CandidateId"][];
        };
        /**
         * @description How code of a run is executed, with the files that it is made of. Stored with the run, so that it goes on with the same code
         *     even if the user's files have changed.
         */
        SandboxSpec: {
            /**
             * @description Who makes the sandboxes.
             * @default auto
             */
            backend: components["schemas"]["BackendChoice"];
            /**
             * @description Texts by their path below the run file's folder, which is their path inside too.
             * @default {}
             */
            files: {
                [key: string]: string;
            };
            /** @description The kept state that every sandbox starts from, under the name that the backend gave it; an empty folder where absent. */
            from?: string | null;
            /** @description The image to start from; the backend's own where absent. */
            image?: string | null;
            /**
             * @description The weakest isolation that is accepted.
             * @default namespaces
             */
            isolation: components["schemas"]["Isolation"];
            /**
             * @description The languages whose interpreters are needed, each once.
             * @default []
             */
            languages: components["schemas"]["Language"][];
            /**
             * @description What each may use.
             * @default {
             *       "cpu_seconds": 10,
             *       "disk_mb": 64,
             *       "memory_mb": 512,
             *       "output_kb": 1024,
             *       "processes": 64,
             *       "wall_seconds": 30
             *     }
             */
            limits: components["schemas"]["SandboxLimits"];
            /**
             * @description Who gets one.
             * @default when-needed
             */
            mode: components["schemas"]["SandboxMode"];
            /** @description The hosts that code may talk to, beside nobody. */
            network?: string[];
            /** @description The JavaScript interpreter, by name or path. */
            node: string;
            /** @description The Python interpreter, by name or path. */
            python: string;
        };
        /** @description A prompt of the run file. */
        SeedPrompt: {
            /** @description The user's label, or the file's name, or the beginning of the text. */
            label: string;
            /** @description The prompt. */
            prompt: components["schemas"]["Prompt"];
        };
        /** @description How parents are drawn from a generation. */
        SelectionMethod: {
            /**
             * Format: uint32
             * @description From 1; 1 is a uniform draw.
             */
            k: number;
            /** @constant */
            method: "tournament";
        } | {
            /** @constant */
            method: "roulette";
        } | {
            /** @constant */
            method: "rank";
            /**
             * Format: double
             * @description The best one's expected share against the mean, in [1, 2].
             */
            pressure: number;
        } | {
            /** @constant */
            method: "truncation";
            /**
             * Format: uint32
             * @description From 1.
             */
            top: number;
        };
        /** @description An edit that was refused, as it was sent. */
        Sent: {
            /** @description Its body; `null` where it has none. */
            body: unknown;
            /**
             * Format: uint64
             * @description The revision that it was made from, as `If-Match` said.
             */
            revision: number;
        };
        /** @description Who is signed in. */
        SessionView: {
            /** @description What they may do beside all workspaces. */
            actions: string[];
            /** @description What writes with the cookie bring as `X-CSRF-Token`; null without a cookie. */
            csrf: string | null;
            /**
             * Format: uint
             * @description The fewest characters that a password of this server may have.
             */
            least_password: number;
            /**
             * @description Who may come in: `single`, `accounts` or `anonymous`.
             * @enum {string}
             */
            mode: "single" | "accounts" | "anonymous";
            /** @description Null where nobody is signed in. */
            user: components["schemas"]["Me"] | null;
            /** @description The program's version. */
            version: string;
            /** @description Where people may sign in beside this server. */
            ways: components["schemas"]["Ways"];
            /** @description The workspaces they are a member of. */
            workspaces: components["schemas"]["Mine"][];
        };
        /** @description What a link shows. */
        Shared: {
            /** @description The run in words. */
            description: string;
            expires: components["schemas"]["Timestamp"];
            run: components["schemas"]["RunId"];
        };
        /** @description The secret of a link. */
        ShareLinkInput: {
            secret: string;
        };
        /** @description A link that was made. */
        ShareMade: {
            /** @description The page to send to somebody; the secret is behind a `#`, which browsers send to nobody. */
            link: string;
            /** @description Shown this once. */
            secret: string;
            share: components["schemas"]["ShareView"];
        };
        /** @description A link without its secret. */
        ShareView: {
            by: components["schemas"]["UserId"];
            expires: components["schemas"]["Timestamp"];
            id: string;
            /** @description How whoever made it is called; empty where they are gone. */
            name: string;
            note: string;
            run: components["schemas"]["RunId"];
            /** @description Whether it shows the run: not while whoever made it is disabled, or no member of the workspace. */
            shows: boolean;
        };
        /** @description A link to be made. */
        ShareWantedInput: {
            /**
             * Format: uint16
             * @description For how many hours it is good, at most 2160; 168 where it is left out.
             */
            hours?: number | null;
            /**
             * @description Whom it is for, in at most 1,000 characters.
             * @default
             */
            note?: string;
        };
        /**
         * @description A limit of the budget that pays for a part of what the phases take: the run rests early, perhaps before anything is proved.
         *
         *     Calls are none of these: searches plan by them, and the phases are reckoned within them.
         */
        Shortfall: {
            /** @description The limit. */
            limit: components["schemas"]["Limit"];
            /**
             * Format: double
             * @description What the limit lets the run buy, likewise.
             */
            most: number;
            /**
             * Format: double
             * @description What the phases take at the least, in USD or tokens.
             */
            needed: number;
        };
        /** @description A run as one side of a comparison. */
        Side: {
            /** @description Its limits. */
            budget: components["schemas"]["Budget"];
            /**
             * Format: uint
             * @description Candidates, the user's prompts included.
             */
            candidates: number;
            /**
             * @description The checks of its first example by name: what its scores mean.
             * @default []
             */
            checks: string[];
            /** @description The best on train so far, as each generation closed. */
            curve: components["schemas"]["Step"][];
            /**
             * @description The identity of its data: of the examples and their checks in order. Null from a server that does not tell.
             * @default null
             */
            data: components["schemas"]["ContentHash"] | null;
            /** @description The user's words for it. */
            description: string;
            /** @description The comparison with its first prompt on the test split; null before it is measured. */
            evidence: components["schemas"]["Evidence"] | null;
            /** @description The task model. */
            model: string;
            /**
             * Format: uint32
             * @description Proposals turned away.
             */
            rejected: number;
            /** @description The run. */
            run: components["schemas"]["RunId"];
            /**
             * Format: uint64
             * @description The seed of all its randomness.
             */
            seed: number;
            /** @description Whether any of its models is simulated. */
            simulated: boolean;
            /**
             * @description Where its data came from, for people.
             * @default
             */
            source: string;
            /** @description What it bought. */
            spent: components["schemas"]["Spent"];
            /** @description Where it stands. */
            status: components["schemas"]["RunStatus"];
            /** @description The strategy. */
            strategy: string;
        };
        /** @description What came of signing up. */
        SignedUp: {
            /** @description Whether the link of a mail has to be opened first, in this browser. */
            mail_sent: boolean;
            /** @description Null where it has to. */
            session: components["schemas"]["SessionView"] | null;
        };
        /** @description Login and password. */
        SignInInput: {
            login: string;
            password: string;
        };
        /** @description A named position in a journal. */
        SnapshotRow: {
            /** @description When it was taken. */
            at: components["schemas"]["Timestamp"];
            /**
             * Format: uint64
             * @description The number of journal entries it holds: entries 0 to `length - 1`.
             */
            length: number;
            /** @description Its name, unique in the run. */
            name: string;
            /** @description The run. */
            run: components["schemas"]["RunId"];
        };
        /** @description A snapshot that was taken. */
        SnapshotTaken: {
            /** @description When it was taken. */
            at: components["schemas"]["Timestamp"];
            /**
             * Format: uint64
             * @description The number of journal entries it holds: entries 0 to `length - 1`.
             */
            length: number;
            /** @description Its name, unique in the run. */
            name: string;
            /** @description The run. */
            run: components["schemas"]["RunId"];
            /** @description The sandbox states that belong to it; absent where candidates of the run have no sandboxes of their own. */
            sandboxes?: components["schemas"]["SandboxesKept"] | null;
        };
        /** @description What a run has bought so far. */
        Spent: {
            /**
             * Format: uint64
             * @description Calls that the response cache answered for nothing.
             */
            cache_hits: number;
            /**
             * Format: uint64
             * @description Answered calls that were paid for.
             */
            calls: number;
            /**
             * Format: uint64
             * @description Of those, calls of evaluators.
             */
            judge_calls: number;
            /**
             * Format: uint64
             * @description Of those, calls that wrote proposals.
             */
            reflection_calls: number;
            /**
             * Format: double
             * @description Running time in seconds; pauses do not count.
             */
            seconds: number;
            /**
             * Format: uint64
             * @description Of those, calls of candidates on examples.
             */
            task_calls: number;
            /**
             * Format: uint64
             * @description Input tokens.
             */
            tokens_in: number;
            /**
             * Format: uint64
             * @description Output tokens.
             */
            tokens_out: number;
            /**
             * Format: uint64
             * @description Answers whose price is unknown; where this is above 0, `usd` is a lower bound.
             * @default 0
             */
            unpriced_calls: number;
            /** @description Cost of all priced answers. */
            usd: components["schemas"]["Usd"];
        };
        /** @description The part of the data an example belongs to. They never mix. */
        Split: "train" | "validation" | "test";
        /** @description How many examples each split has. */
        SplitCounts: {
            /**
             * Format: uint32
             * @description Of test.
             */
            test: number;
            /**
             * Format: uint32
             * @description Of train.
             */
            train: number;
            /**
             * Format: uint32
             * @description Of validation.
             */
            validation: number;
        };
        /** @description The second candidate's mean score minus the first's. */
        SplitDifference: {
            /**
             * Format: double
             * @description Upper end of its 95 % interval.
             */
            ci_high: number;
            /**
             * Format: double
             * @description Lower end of its 95 % interval.
             */
            ci_low: number;
            /**
             * Format: double
             * @description The mean, in [-1, 1].
             */
            difference: number;
            /**
             * Format: uint
             * @description How many of them both met.
             */
            examples: number;
            /** @description On which examples. */
            split: components["schemas"]["Split"];
        };
        /** @description How examples are parted: shares that sum to 1, by a stable hash of each example's content. */
        SplitSpec: {
            /**
             * Format: uint64
             * @description Another seed parts them otherwise.
             */
            seed: number;
            /**
             * Format: double
             * @description Share of test.
             */
            test: number;
            /**
             * Format: double
             * @description Share of train.
             */
            train: number;
            /**
             * Format: double
             * @description Share of validation.
             */
            validation: number;
        };
        /** @description What became of a candidate. */
        Status: "open" | "kept" | "dropped" | "finalist" | "chosen";
        /** @description How a run stood at one moment. */
        Step: {
            /**
             * Format: double
             * @description The highest fitness on train examples so far.
             */
            best: number;
            /**
             * Format: uint64
             * @description Answered calls so far.
             */
            calls: number;
            /**
             * @description The candidate that reached it. Null from a server that does not tell.
             * @default null
             */
            candidate: components["schemas"]["CandidateId"] | null;
            /**
             * @description Its own answers on train examples, with their interval.
             * @default null
             */
            own: components["schemas"]["Estimate"] | null;
            /**
             * Format: double
             * @description US dollars so far.
             */
            usd: number;
        };
        /** @description When to stop before the budget is spent. */
        StopSpec: {
            /**
             * Format: uint32
             * @description Generations without a new best, until the first one is found; after each the next wait is longer, so that looking often gives no search up too early.
             * @default null
             */
            no_improvement: number | null;
            /**
             * Format: double
             * @description A score on train in [0, 1] that the best prompt is shown to have.
             * @default null
             */
            target_score: number | null;
        };
        /** @description The search by name, with its settings. */
        StrategySpec: {
            /**
             * Format: uint32
             * @description Most proposals that are written and verified side by side, from 1. More are quicker by the clock and find less on a small
             *     budget; without it 1 below a budget of 1,000 trials, and one more for every further 1,000, up to 8.
             * @default null
             */
            lanes: number | null;
            /** @constant */
            name: "auto";
            /**
             * @description Operators that write edits, by name, with their weights, 0 or more: how often each is drawn. Those not named are off; without it
             *     `reflect` writes all edits, each for one failure.
             * @default {}
             */
            operators: {
                [key: string]: number;
            };
            /**
             * @description Parts that are left out, to measure what they are worth.
             * @default []
             */
            without: components["schemas"]["AutoPart"][];
        } | {
            /**
             * Format: uint32
             * @description Best candidates that pass unchanged into the next generation, below `population`.
             * @default 2
             */
            elite: number;
            /**
             * Format: uint32
             * @description Train examples that each candidate meets, the same ones for all; without it as many as the budget bears, 20 to 60.
             * @default null
             */
            examples: number | null;
            /**
             * Format: uint32
             * @description Most generations after the seeds; without it the budget decides.
             * @default null
             */
            generations: number | null;
            /**
             * Format: uint32
             * @description New candidates in each generation that descend from the first prompt instead of a selected parent.
             * @default 0
             */
            immigrants: number;
            /** @constant */
            name: "genetic";
            /**
             * @description Weight of each operator by name, 0 or more; those not named are off. Without it every operator has its default.
             * @default {}
             */
            operators: {
                [key: string]: number;
            };
            /**
             * Format: uint32
             * @description Candidates that live in a generation, from 2.
             * @default 8
             */
            population: number;
            /**
             * @description How parents are drawn.
             * @default {
             *       "k": 3,
             *       "method": "tournament"
             *     }
             */
            selection: components["schemas"]["SelectionMethod"];
        } | {
            /**
             * Format: uint32
             * @description Train examples that each candidate meets, the same ones for all, from 1; without it as many as the budget bears, 20 to 60.
             * @default null
             */
            examples: number | null;
            /** @constant */
            name: "random";
            /**
             * @description Weight of each operator by name, 0 or more; those not named are off. Without it every operator has its default.
             * @default {}
             */
            operators: {
                [key: string]: number;
            };
        } | {
            /**
             * Format: uint32
             * @description Train examples on which a child is compared with the incumbent, from 1; others in each round.
             * @default 20
             */
            minibatch: number;
            /** @constant */
            name: "hill-climb";
        } | {
            /**
             * Format: uint32
             * @description Most merges of two lines that are tried; 0 is GEPA without merging.
             * @default 5
             */
            merges: number;
            /**
             * Format: uint32
             * @description Train examples on which a child is compared with its parent, from 1.
             * @default 3
             */
            minibatch: number;
            /** @constant */
            name: "gepa";
            /**
             * Format: uint32
             * @description Train examples that the frontier is over (the paper's D_pareto), from 1 and fewer than there are; without it half of them,
             *     and fewer where the budget would not bear twenty candidates on them.
             * @default null
             */
            pareto: number | null;
        } | {
            /**
             * Format: double
             * @description Level of the paired t-test by which a race drops candidates, between 0 and 1.
             * @default 0.2
             */
            alpha: number;
            /**
             * Format: uint32
             * @description Examples of a block, from 2; fewer where the data gives fewer than three blocks.
             * @default 30
             */
            block: number;
            /**
             * Format: uint32
             * @description Most blocks of a race, from 1.
             * @default 10
             */
            blocks: number;
            /**
             * Format: uint32
             * @description Children of each generation, from 1.
             * @default 4
             */
            crossovers: number;
            /**
             * Format: uint32
             * @description Most worked examples of a prompt; 0 searches without them.
             * @default 5
             */
            demonstrations: number;
            /**
             * Format: double
             * @description What a prompt as long as the longest first one loses, in points of a score of 1; 0 or more.
             * @default 0.05
             */
            length_penalty: number;
            /** @constant */
            name: "capo";
            /**
             * Format: uint32
             * @description Candidates that survive a race, from 2.
             * @default 10
             */
            population: number;
        } | {
            /**
             * Format: uint32
             * @description Train examples that each prompt meets, the same ones for all; without it 50, or as few as 20 where the budget bears no more.
             * @default null
             */
            examples: number | null;
            /**
             * Format: uint32
             * @description Most generations after the first prompts; without it the budget decides, and 10 where no limit does.
             * @default null
             */
            generations: number | null;
            /** @constant */
            name: "de";
            /**
             * Format: uint32
             * @description Prompts that live, from 4: each one, two others, and the best make a child.
             * @default 10
             */
            population: number;
        } | {
            /**
             * Format: uint32
             * @description Train examples that each prompt meets, the same ones for all; without it 50, or as few as 20 where the budget bears no more.
             * @default null
             */
            examples: number | null;
            /**
             * Format: uint32
             * @description Examples that a request shows.
             * @default 3
             */
            exemplars: number;
            /**
             * Format: uint32
             * @description Best past prompts that a request shows with their scores, from 1.
             * @default 20
             */
            history: number;
            /** @constant */
            name: "opro";
            /**
             * Format: uint32
             * @description Prompts that are written in each step, from 1.
             * @default 8
             */
            proposals: number;
            /**
             * Format: uint32
             * @description Most steps; without it the budget decides, and 200 where no limit does.
             * @default null
             */
            steps: number | null;
        } | {
            /**
             * Format: uint32
             * @description Train examples that each unit meets, the same ones for all; without it 100, or as few as 20 where the budget bears no more.
             * @default null
             */
            examples: number | null;
            /**
             * Format: uint32
             * @description Most generations after the first units; without it the budget decides, and 20 where no limit does.
             * @default null
             */
            generations: number | null;
            /** @constant */
            name: "promptbreeder";
            /**
             * Format: uint32
             * @description Units that live, from 4; without it 50, or as few as 8 where a quarter of the search's budget bears no more.
             * @default null
             */
            population: number | null;
        } | {
            /**
             * @description How much is tried; without it the largest whose trials the budget bears.
             * @default null
             */
            auto: components["schemas"]["MiproAuto"] | null;
            /**
             * Format: uint32
             * @description Most worked examples in a set of demonstrations; 0 searches instructions alone.
             * @default 4
             */
            demonstrations: number;
            /**
             * Format: uint32
             * @description Trials after which the best combination meets all examples, from 1.
             * @default 5
             */
            full_every: number;
            /**
             * Format: uint32
             * @description Examples of a trial, from 1.
             * @default 35
             */
            minibatch: number;
            /** @constant */
            name: "mipro";
        };
        /**
         * Format: int64
         * @description Milliseconds since 1970-01-01 UTC.
         */
        Timestamp: number;
        /** @description A token that was made. */
        TokenMade: {
            /** @description Shown this once. */
            secret: string;
            token: components["schemas"]["TokenView"];
        };
        /** @description An API token without its secret. */
        TokenView: {
            /** @description The most it may do. */
            ceiling: components["schemas"]["Role"];
            created: components["schemas"]["Timestamp"];
            expires: components["schemas"]["Timestamp"] | null;
            /** @description Its first characters. */
            hint: string;
            id: string;
            last_used: components["schemas"]["Timestamp"] | null;
            name: string;
            /** @description The only workspace it opens; null opens all of its owner's. */
            workspace: components["schemas"]["WorkspaceId"] | null;
        };
        /** @description A token to be made. */
        TokenWantedInput: {
            /** @description The most it may do; never more than its owner. */
            ceiling: components["schemas"]["RoleInput"];
            /**
             * Format: uint16
             * @description For how many days; none is for ever, or as long as the token that it is made with.
             */
            days?: number | null;
            name: string;
            /** @description The only workspace it opens; none opens all. */
            workspace?: components["schemas"]["WorkspaceIdInput"] | null;
        };
        /** @description What came of one candidate on one example. */
        Trial: {
            /** @description Whether the response cache answered the task call for nothing; of a program's, all of them. */
            cached?: boolean;
            /** @description The candidate. */
            candidate: components["schemas"]["CandidateId"];
            /** @description Cost of the task call; `None` where the price is unknown. */
            cost?: components["schemas"]["Usd"] | null;
            /** @description Whether the task model stopped at its length limit: the end of the answer is missing. Not known of a program's. */
            cut?: boolean;
            /** @description The example. */
            example: components["schemas"]["ExampleId"];
            /** @description What the answers of its judges cost. Equal requests of a run are bought once and billed in each of their events. */
            judge?: components["schemas"]["Bill"];
            /**
             * Format: uint32
             * @description Latency of the task call, in milliseconds; of a program's, the sum of all its calls'.
             */
            latency_ms: number;
            /**
             * @description The task model that answered where it is not the run's first one, and the judge where it is not the first: scores of
             *     trials that differ here are never compared.
             */
            model?: string | null;
            /** @description The calls of the program that answered, where one did. */
            program?: components["schemas"]["ProgramCalls"] | null;
            /** @description What for. */
            purpose: components["schemas"]["Purpose"];
            /** @description Where its code was executed: the program's first, then that of its checks. Empty where it has none. */
            ran?: components["schemas"]["Ran"][];
            /**
             * Format: uint32
             * @description Which repeat, from 0.
             */
            sample: number;
            /**
             * @description Whether an equal call of this run, under way at the same time, bought the answer: each of the two trials states its price, and the run's
             *     account has it once. Not known of a program's.
             */
            shared?: boolean;
            /** @description The example's split. */
            split: components["schemas"]["Split"];
            /** @description Tokens of the task call; of a program's, of all its calls together. */
            usage: components["schemas"]["Usage"];
        } & ({
            /** @description The answer's text by content. */
            answer: components["schemas"]["ContentHash"];
            /** @description Each check's verdict. */
            judgements?: components["schemas"]["Judgement"][];
            /** @description Whether the example passes. */
            pass: boolean;
            /**
             * Format: double
             * @description The weighted mean of the checks, in [0, 1].
             */
            score: number;
        } | {
            /** @description The answer's text by content, where one came and could not be judged. */
            answer?: components["schemas"]["ContentHash"] | null;
            /** @description Why. */
            error: components["schemas"]["TrialError"];
            /**
             * @description The metric of each of the example's checks, which has 0 here. Null from versions before it was recorded: there all metrics of the
             *     candidate have 0.
             */
            metrics?: string[] | null;
        });
        /** @description Why a trial has no score. */
        TrialError: {
            /** @description The kind. */
            kind: components["schemas"]["TrialErrorKind"];
            /** @description What happened, for people. */
            message: string;
        };
        /** @description Kinds of failed trials. */
        TrialErrorKind: "template" | "refused" | "provider" | "judge" | "evaluator" | "program";
        /** @description A trial in a list. */
        TrialRow: {
            /** @description Whether the answer was there already. */
            cached: boolean;
            cost: components["schemas"]["Usd"] | null;
            error?: components["schemas"]["TrialError"] | null;
            example: components["schemas"]["ExampleId"];
            /** Format: uint32 */
            latency_ms: number;
            /**
             * Format: uint32
             * @description Which of the example's repeats.
             */
            sample: number;
            /**
             * Format: double
             * @description In [0, 1]; 0 where it failed.
             */
            score: number;
            /**
             * Format: uint64
             * @description Its journal entry.
             */
            seq: number;
            /** @description Whether an equal call of the run bought it at the same time. */
            shared: boolean;
            split: components["schemas"]["Split"];
        };
        /** @description A trial with everything about it. */
        TrialView: {
            /** @description What it answered; null where it did not. */
            answer: string | null;
            /** @description The messages that the model was sent; null where the template could not be filled, or the example is not here. */
            request: components["schemas"]["ChatMessage"][] | null;
            trial: components["schemas"]["Trial"];
            /** @description The example's variables; null where the run came here without its examples. */
            vars: {
                [key: string]: unknown;
            } | null;
        };
        /** @description A prompt to be tried out. */
        TryingInput: {
            /** @description The right answer. Simulated models, which know only answers that they are told, go by it; others never see it. */
            expected?: string | null;
            /**
             * Format: uint32
             * @description Most tokens of an answer; each model's own limit where it is left out.
             */
            max_tokens?: number | null;
            /** @description Models by name, 1 to 6, such as `openai:gpt-5-mini` or `simulated:rough`. */
            models: [
            ] | [
                string
            ] | [
                string,
                string
            ] | [
                string,
                string,
                string
            ] | [
                string,
                string,
                string,
                string
            ] | [
                string,
                string,
                string,
                string,
                string
            ];
            prompt: components["schemas"]["PromptInput"];
            /**
             * Format: double
             * @description For all of them; each one's own where it is left out.
             */
            temperature?: number | null;
            /**
             * @description Values of its variables.
             * @default {}
             */
            vars?: {
                [key: string]: unknown;
            };
        };
        /** @description Tokens of one answer or of many. */
        Usage: {
            /**
             * Format: uint64
             * @description The part of `input` read from the provider's prompt cache.
             */
            cache_read?: number;
            /**
             * Format: uint64
             * @description The part of `input` written to the provider's prompt cache.
             */
            cache_write?: number;
            /**
             * Format: uint64
             * @description All input tokens, cached ones included.
             */
            in: number;
            /**
             * Format: uint64
             * @description All output tokens, reasoning included.
             */
            out: number;
        };
        /**
         * Format: double
         * @description An amount of money in US dollars, never negative where it is a cost.
         */
        Usd: number;
        /** @description What was bought in runs and to try prompts out. */
        Used: {
            /** Format: uint64 */
            calls: number;
            /**
             * Format: uint64
             * @description Input and output tokens.
             */
            tokens: number;
            /**
             * Format: double
             * @description US dollars, of calls whose price is known.
             */
            usd: number;
        };
        /** @description What is to change; what is left out stays. */
        UserChangeInput: {
            disabled?: boolean | null;
            instance_admin?: boolean | null;
            name?: string | null;
        };
        /** @description A person's id: 4 to 40 characters of `a-z`, `0-9` and `-`. */
        UserId: string;
        /** @description A person. */
        UserView: {
            created: components["schemas"]["Timestamp"];
            /** @description Whether they may not sign in any more. */
            disabled: boolean;
            /** @description Whether they sign in at an identity provider, and not with a password. */
            elsewhere: boolean;
            id: components["schemas"]["UserId"];
            /** @description Whether they keep the installation. */
            instance_admin: boolean;
            /** @description What they sign in with. */
            login: string;
            name: string;
            /**
             * Format: uint64
             * @description For `If-Match`.
             */
            revision: number;
        };
        /** @description A person to be added. */
        UserWantedInput: {
            /**
             * @description Whether they keep the installation.
             * @default false
             */
            instance_admin?: boolean;
            /** @description An e-mail address or a name. */
            login: string;
            /**
             * @description How others see them; the login where it is left out.
             * @default
             */
            name?: string;
            /** @description Left out for somebody who signs in at an identity provider, which knows them by the login as their address. */
            password?: string | null;
        };
        /** @description A version of it. */
        VersionView: {
            at: components["schemas"]["Timestamp"];
            by: components["schemas"]["UserId"];
            /** Format: uint64 */
            bytes: number;
            /** @description What is new in it. */
            note: string;
            /**
             * Format: uint32
             * @description From 1.
             */
            version: number;
        };
        /** @description A text to be kept. */
        VersionWantedInput: {
            /** @description 1 to 100 letters, digits, `.`, `_` and `-`. */
            name: string;
            /**
             * @description What is new in it.
             * @default
             */
            note?: string;
            text: string;
        };
        /** @description A version with its text. */
        VersionWhole: {
            at: components["schemas"]["Timestamp"];
            by: components["schemas"]["UserId"];
            /** Format: uint64 */
            bytes: number;
            /** @description What is new in it. */
            note: string;
            text: string;
            /**
             * Format: uint32
             * @description From 1.
             */
            version: number;
        };
        /** @description A snapshot to be taken. */
        WantedInput: {
            /** @description Letters, digits, `.`, `_` and `-`, and no name of a candidate (`c0`, `seed`, `best`); the next number where it is left out. */
            name?: string | null;
        };
        /** @description Where people may sign in beside this server. */
        Ways: {
            /** @description What the provider of OpenID Connect is called that `/sign-in/oidc` leads to; null where there is none. */
            oidc: string | null;
            /** @description Null where no Supabase project is configured. */
            supabase: components["schemas"]["AtSupabase"] | null;
        };
        /** @description A webhook that was added. */
        WebhookMade: {
            /** @description Signs deliveries; shown this once. */
            secret: string;
            webhook: components["schemas"]["WebhookView"];
        };
        /** @description A webhook, without its secret. */
        WebhookView: {
            at: components["schemas"]["Timestamp"];
            by: components["schemas"]["UserId"];
            events: components["schemas"]["News"][];
            id: string;
            url: string;
        };
        /** @description A webhook to be added. */
        WebhookWantedInput: {
            /** @description What it is told of: `run.started`, `run.finished`, `run.paused`, `run.failed`. */
            events: components["schemas"]["NewsInput"][];
            /** @description An address of the internet that begins with https. */
            url: string;
        };
        /** @description Words. */
        WordsInput: {
            text: string;
        };
        /** @description What is to change; what is left out stays. */
        WorkspaceChangeInput: {
            /** @description Addresses that its runs may call beside those of the known providers: beginnings of URLs. */
            base_urls?: string[] | null;
            name?: string | null;
        };
        /** @description A workspace's name in addresses: 4 to 40 characters of `a-z`, `0-9` and `-`. */
        WorkspaceId: string;
        /** @description A workspace's name in addresses: 4 to 40 characters of `a-z`, `0-9` and `-`. */
        WorkspaceIdInput: string;
        /** @description A workspace. */
        WorkspaceView: {
            /** @description Addresses that its runs may call beside those of the known providers. */
            base_urls: string[];
            /** @description Limits over all its runs. */
            budget: components["schemas"]["JointBudget"];
            created: components["schemas"]["Timestamp"];
            id: components["schemas"]["WorkspaceId"];
            name: string;
            /**
             * Format: uint64
             * @description For `If-Match`.
             */
            revision: number;
        };
        /** @description A workspace to be added. */
        WorkspaceWantedInput: {
            /** @description 4 to 40 characters of a-z, 0-9 and -. */
            id: components["schemas"]["WorkspaceIdInput"];
            name: string;
        };
        /**
         * @description The first prompt and the best one of a run, each with its interval and the number of examples that it rests on: on all that it met of the split,
         *     where the row's two scores are means over what both met.
         */
        Worth: {
            /** @description The best one. */
            best: components["schemas"]["Estimate"];
            /** @description Which candidate is the best. */
            candidate: components["schemas"]["CandidateId"];
            /** @description The first prompt. */
            seed: components["schemas"]["Estimate"];
            /** @description Test where the evidence is there, and for evaluations; else train. */
            split: components["schemas"]["Split"];
        };
        /** @description Under which name it joined. */
        WrittenAs: {
            candidate: string;
        };
        /** @description A prompt that was edited by hand. */
        WrittenInput: {
            /** @description The new texts by component; the others stay. */
            components: {
                [key: string]: string;
            };
            /**
             * @description What it is about.
             * @default
             */
            note?: string;
            /** @description Whose prompt was edited: `c3`, `seed` or `best`. */
            parent: string;
        };
    };
    responses: {
        /** @description what went wrong and what to do */
        Problem: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description the edit was made from another version than the one that is there, which is in `current`; what it sent is in `sent` */
        Stale: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description too many requests came, or too many of what was asked for goes on; `Retry-After` says when to try again */
        TooMany: {
            headers: {
                /** @description seconds to wait */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description an edit says in `If-Match` which version it was made from */
        Unconditional: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    instance_audit: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                cursor?: string;
                /** @description At most so many, 1 to 500; 50 where it is not said. */
                limit?: number;
                /** @description Only what was done to this run. */
                run?: string;
                /** @description Only what was done at this time or later. */
                since?: number;
                /** @description Only this action, such as `member.role`, or all of a kind, such as `member`. */
                what?: string;
                /** @description Only what this person did: what they sign in with, or their id. */
                who?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page10"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    export_instance_audit: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/jsonl": string;
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    accept_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AcceptanceInput"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    look_at_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkInput"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitedTo"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    models: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    openapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunView"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    delete_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    describe_run: {
        parameters: {
            query?: never;
            header: {
                /** @description the ETag of what the edit was made from */
                "If-Match": string;
            };
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DescriptionInput"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunView"];
                };
            };
            412: components["responses"]["Stale"];
            428: components["responses"]["Unconditional"];
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    branch: {
        parameters: {
            query?: never;
            header?: {
                /** @description a repeated request with the same key is carried out once; kept for a day */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BranchWantedInput"];
            };
        };
        responses: {
            /** @description done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunMade"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    budget: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BudgetView"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    set_budget: {
        parameters: {
            query?: never;
            header: {
                /** @description the ETag of what the edit was made from */
                "If-Match": string;
            };
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BudgetInput"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BudgetView"];
                };
            };
            412: components["responses"]["Stale"];
            428: components["responses"]["Unconditional"];
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    candidates: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                cursor?: string;
                /** @description Whether the highest come first. */
                desc?: boolean;
                /** @description Such as `score > 0.8 and operator = reflect`; the fields are those of `clade lineage --filter`. */
                filter?: string;
                /** @description At most so many, 1 to 500; 50 where it is not said. */
                limit?: number;
                /** @description By id where it is not said. */
                sort?: "id" | "score" | "low" | "generation" | "cost" | null;
                /** @description With the prompts as text. */
                text?: boolean;
            };
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page14"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    write_candidate: {
        parameters: {
            query?: never;
            header?: {
                /** @description a repeated request with the same key is carried out once; kept for a day */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WrittenInput"];
            };
        };
        responses: {
            /** @description done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WrittenAs"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    candidate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `c12`, `seed` or `best` */
                candidate: string;
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CandidateView"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    diff: {
        parameters: {
            query?: {
                /** @description `parent`, `seed`, `best`, or a candidate such as `c3`; the parent where it is left out. */
                with?: string;
            };
            header?: never;
            path: {
                /** @description `c12`, `seed` or `best` */
                candidate: string;
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CandidateDiff"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    pin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `c12`, `seed` or `best` */
                candidate: string;
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    reject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `c12`, `seed` or `best` */
                candidate: string;
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    trials: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                cursor?: string;
                /** @description Only on this example. */
                example?: number;
                /** @description At most so many, 1 to 500; 50 where it is not said. */
                limit?: number;
                /** @description Only of this split. */
                split?: "train" | "validation" | "test";
            };
            header?: never;
            path: {
                /** @description `c12`, `seed` or `best` */
                candidate: string;
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page15"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    unpin: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `c12`, `seed` or `best` */
                candidate: string;
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    clone_run: {
        parameters: {
            query?: never;
            header?: {
                /** @description a repeated request with the same key is carried out once; kept for a day */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CloneWantedInput"];
            };
        };
        responses: {
            /** @description done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunMade"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    comments: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                cursor?: string;
                /** @description At most so many, 1 to 500; 50 where it is not said. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page24"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    comment: {
        parameters: {
            query?: never;
            header?: {
                /** @description a repeated request with the same key is carried out once; kept for a day */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SaidInput"];
            };
        };
        responses: {
            /** @description done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommentView"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    remove_comment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description its id, as the list of them has it */
                id: string;
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    curve: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Curve"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    events: {
        parameters: {
            query?: {
                /** @description Behind this entry; -1 is from the beginning, and only new entries come where it is left out. */
                after?: number;
            };
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    examples: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                cursor?: string;
                /** @description Numbers with commas between them. */
                ids?: string;
                /** @description At most so many, 1 to 500; 50 where it is not said. */
                limit?: number;
                /** @description All of this split, page by page. */
                split?: "train" | "validation" | "test";
            };
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page16"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    export: {
        parameters: {
            query: {
                /** @description `false`: a bundle without its examples; it can then be looked at, and not resumed. */
                data?: boolean;
                /** @description A format. */
                format: "bundle" | "prompt" | "promptfoo" | "csv" | "jsonl" | "journal" | "dot" | "mermaid" | "graphml" | "cypher" | "tree";
            };
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": unknown;
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    feedback: {
        parameters: {
            query?: never;
            header?: {
                /** @description a repeated request with the same key is carried out once; kept for a day */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WordsInput"];
            };
        };
        responses: {
            /** @description done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    flips: {
        parameters: {
            query: {
                a: string;
                b: string;
                /** @description The `next` of the page before. */
                cursor?: string;
                /** @description At most so many, 1 to 500; 50 where it is not said. */
                limit?: number;
                /** @description Train where it is not said. */
                split?: "train" | "validation" | "test";
            };
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Flips"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    freeze: {
        parameters: {
            query?: never;
            header?: {
                /** @description a repeated request with the same key is carried out once; kept for a day */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WordsInput"];
            };
        };
        responses: {
            /** @description done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    generations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page20"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    generation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description a number from 0, or `latest` */
                generation: string;
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page17"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    journal: {
        parameters: {
            query?: {
                /** @description Of those only these events, by name with commas between them, such as `candidate_decided,generation_closed`. */
                events?: string;
                /** @description From this entry on; the first where it is left out. */
                from?: number;
                /** @description At most so many are read; all where it is left out. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/jsonl": string;
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    lineage: {
        parameters: {
            query?: {
                /** @description With the candidates of other runs that this one branched from, and of those that branched from it. */
                branches?: boolean;
                /** @description Such as `score > 0.8 and operator = reflect`: which nodes are named in `matching` and counted in `matched`. All are drawn. */
                filter?: string;
                /** @description `false`: dropped candidates are drawn too, instead of counted at the node above them. */
                fold?: boolean;
                /** @description Marks of the page, from this one on. */
                from?: number;
                /** @description At most so many marks. */
                limit?: number;
                /** @description Most nodes drawn: those that matter most, each with the way to its root. */
                most?: number;
                /** @description Names with commas between them: nodes that show what is folded into them all the same. */
                unfolded?: string;
                /** @description Only marks in these columns and rows. */
                x0?: number;
                x1?: number;
                y0?: number;
                y1?: number;
            };
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Drawing"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    ancestors: {
        parameters: {
            query: {
                /** @description The `next` of the page before. */
                cursor?: string;
                /** @description At most so many, 1 to 500; 50 where it is not said. */
                limit?: number;
                /** @description `seed`, `best`, `c12`, or one of another run as `RUN@c12` or `RUN@best`. */
                of: string;
            };
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page17"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    common_ancestor: {
        parameters: {
            query: {
                a: string;
                b: string;
            };
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page17"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    descendants: {
        parameters: {
            query: {
                /** @description The `next` of the page before. */
                cursor?: string;
                /** @description At most so many, 1 to 500; 50 where it is not said. */
                limit?: number;
                /** @description `seed`, `best`, `c12`, or one of another run as `RUN@c12` or `RUN@best`. */
                of: string;
            };
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page17"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    families: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                cursor?: string;
                /** @description At most so many, 1 to 500; 50 where it is not said. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page18"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    path: {
        parameters: {
            query: {
                /** @description The `next` of the page before. */
                cursor?: string;
                from: string;
                /** @description At most so many, 1 to 500; 50 where it is not said. */
                limit?: number;
                to: string;
            };
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page17"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    rejected: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page19"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    matrix: {
        parameters: {
            query?: {
                /** @description Names with commas between them; the 1,000 best where it is left out. */
                candidates?: string;
                /** @description Train where it is not said. */
                split?: "train" | "validation" | "test";
            };
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Matrix"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    change_model: {
        parameters: {
            query?: never;
            header?: {
                /** @description a repeated request with the same key is carried out once; kept for a day */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewModelInput"];
            };
        };
        responses: {
            /** @description done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    pause_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    report: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunReport"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    restore_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    shares: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                cursor?: string;
                /** @description At most so many, 1 to 500; 50 where it is not said. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page23"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    share: {
        parameters: {
            query?: never;
            header?: {
                /** @description a repeated request with the same key is carried out once; the secret is told once, and a repeated request is answered with 409 */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ShareWantedInput"];
            };
        };
        responses: {
            /** @description done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShareMade"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    remove_share: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description its id, as the list of them has it */
                id: string;
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    snapshots: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page22"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    snapshot: {
        parameters: {
            query?: never;
            header?: {
                /** @description a repeated request with the same key is carried out once; kept for a day */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WantedInput"];
            };
        };
        responses: {
            /** @description done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SnapshotTaken"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    spec: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunSpec"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    start_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    stop_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    top: {
        parameters: {
            query?: {
                /** @description 1 to 500; 10 where it is not said. */
                k?: number;
            };
            header?: never;
            path: {
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page17"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    trial: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the number of a journal entry */
                entry: number;
                /** @description the id of a run */
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrialView"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    schema: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignInInput"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    sign_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    change_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPasswordInput"];
            };
        };
        responses: {
            /** @description done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    supabase_sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CredentialsInput"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    supabase_link: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AddressInput"];
            };
        };
        responses: {
            /** @description done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    supabase_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChosenInput"];
            };
        };
        responses: {
            /** @description done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    supabase_sign_up: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewcomerInput"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedUp"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    supabase_recovery: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AddressInput"];
            };
        };
        responses: {
            /** @description done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    look_at_share: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ShareLinkInput"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Shared"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    tokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page2"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    add_token: {
        parameters: {
            query?: never;
            header?: {
                /** @description a repeated request with the same key is carried out once; the secret is told once, and a repeated request is answered with 409 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenWantedInput"];
            };
        };
        responses: {
            /** @description done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenMade"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    remove_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description its id, as the list of them has it */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    users: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                cursor?: string;
                /** @description At most so many, 1 to 500; 50 where it is not said. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page3"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    add_user: {
        parameters: {
            query?: never;
            header?: {
                /** @description a repeated request with the same key is carried out once; kept for a day */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserWantedInput"];
            };
        };
        responses: {
            /** @description done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a person */
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    change_user: {
        parameters: {
            query?: never;
            header: {
                /** @description the ETag of what the edit was made from */
                "If-Match": string;
            };
            path: {
                /** @description the id of a person */
                user: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserChangeInput"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserView"];
                };
            };
            412: components["responses"]["Stale"];
            428: components["responses"]["Unconditional"];
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    reset_password: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a person */
                user: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordGivenInput"];
            };
        };
        responses: {
            /** @description done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    remove_password: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a person */
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    workspaces: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page5"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    add_workspace: {
        parameters: {
            query?: never;
            header?: {
                /** @description a repeated request with the same key is carried out once; kept for a day */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkspaceWantedInput"];
            };
        };
        responses: {
            /** @description done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceView"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    workspace: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceView"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    change_workspace: {
        parameters: {
            query?: never;
            header: {
                /** @description the ETag of what the edit was made from */
                "If-Match": string;
            };
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkspaceChangeInput"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceView"];
                };
            };
            412: components["responses"]["Stale"];
            428: components["responses"]["Unconditional"];
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    audit: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                cursor?: string;
                /** @description At most so many, 1 to 500; 50 where it is not said. */
                limit?: number;
                /** @description Only what was done to this run. */
                run?: string;
                /** @description Only what was done at this time or later. */
                since?: number;
                /** @description Only this action, such as `member.role`, or all of a kind, such as `member`. */
                what?: string;
                /** @description Only what this person did: what they sign in with, or their id. */
                who?: string;
            };
            header?: never;
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page10"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    export_audit: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/jsonl": string;
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    set_workspace_budget: {
        parameters: {
            query?: never;
            header: {
                /** @description the ETag of what the edit was made from */
                "If-Match": string;
            };
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JointBudgetInput"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceView"];
                };
            };
            412: components["responses"]["Stale"];
            428: components["responses"]["Unconditional"];
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    candidates_of_workspace: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                cursor?: string;
                /** @description Such as `score > 0.8 and operator = reflect`; the fields are those of `clade lineage --filter`. */
                filter?: string;
                /** @description At most so many, 1 to 500; 50 where it is not said. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page17"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    compare: {
        parameters: {
            query: {
                /** @description Their ids with commas between them: 1 to 12. */
                runs: string;
            };
            header?: never;
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Comparison"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    curves: {
        parameters: {
            query: {
                /** @description Their ids with commas between them: 1 to 60. */
                runs: string;
            };
            header?: never;
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page13"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    generations_of_workspace: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                cursor?: string;
                /** @description At most so many, 1 to 500; 50 where it is not said. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page21"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    invitations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page4"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    invite: {
        parameters: {
            query?: never;
            header?: {
                /** @description a repeated request with the same key is carried out once; the secret is told once, and a repeated request is answered with 409 */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InvitationWantedInput"];
            };
        };
        responses: {
            /** @description done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationMade"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    remove_invitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description its id, as the list of them has it */
                id: string;
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    keys: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page7"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    set_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the variable that the provider's key is known by, as `OPENAI_API_KEY` */
                name: string;
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeyGivenInput"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyView"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    remove_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the variable that the provider's key is known by, as `OPENAI_API_KEY` */
                name: string;
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    library: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description which part of the library */
                kind: "prompt" | "dataset";
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page11"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    add_version: {
        parameters: {
            query?: never;
            header?: {
                /** @description a repeated request with the same key is carried out once; kept for a day */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description which part of the library */
                kind: "prompt" | "dataset";
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VersionWantedInput"];
            };
        };
        responses: {
            /** @description done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemView"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    item: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description which part of the library */
                kind: "prompt" | "dataset";
                /** @description the name of a prompt or data set */
                name: string;
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemWhole"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    set_label: {
        parameters: {
            query?: never;
            header: {
                /** @description the ETag of what the edit was made from */
                "If-Match": string;
            };
            path: {
                /** @description which part of the library */
                kind: "prompt" | "dataset";
                /** @description a name that is no number */
                label: string;
                /** @description the name of a prompt or data set */
                name: string;
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LabelAtInput"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemView"];
                };
            };
            412: components["responses"]["Stale"];
            428: components["responses"]["Unconditional"];
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    remove_label: {
        parameters: {
            query?: never;
            header: {
                /** @description the ETag of what the edit was made from */
                "If-Match": string;
            };
            path: {
                /** @description which part of the library */
                kind: "prompt" | "dataset";
                /** @description a name that is no number */
                label: string;
                /** @description the name of a prompt or data set */
                name: string;
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemView"];
                };
            };
            412: components["responses"]["Stale"];
            428: components["responses"]["Unconditional"];
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    version: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description which part of the library */
                kind: "prompt" | "dataset";
                /** @description the name of a prompt or data set */
                name: string;
                /** @description the number of a version */
                version: number;
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionWhole"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    members: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page6"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    add_member: {
        parameters: {
            query?: never;
            header?: {
                /** @description a repeated request with the same key is carried out once; kept for a day */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberWantedInput"];
            };
        };
        responses: {
            /** @description done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberView"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    remove_member: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a person */
                user: string;
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    change_member: {
        parameters: {
            query?: never;
            header: {
                /** @description the ETag of what the edit was made from */
                "If-Match": string;
            };
            path: {
                /** @description the id of a person */
                user: string;
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberChangeInput"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberView"];
                };
            };
            412: components["responses"]["Stale"];
            428: components["responses"]["Unconditional"];
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    set_member_budget: {
        parameters: {
            query?: never;
            header: {
                /** @description the ETag of what the edit was made from */
                "If-Match": string;
            };
            path: {
                /** @description the id of a person */
                user: string;
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JointBudgetInput"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberView"];
                };
            };
            412: components["responses"]["Stale"];
            428: components["responses"]["Unconditional"];
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    leave_workspace: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    mentions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page25"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    try_out: {
        parameters: {
            query?: never;
            header?: {
                /** @description a repeated request with the same key is carried out once; kept for a day */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TryingInput"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Answers"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    be_present: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PlaceInput"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page26"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    leave_presence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    runs: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                cursor?: string;
                /** @description Those that were deleted, instead of the others. */
                deleted?: boolean;
                /** @description Such as `status = running and score > 0.8`; the fields are those of `clade list --filter`. */
                filter?: string;
                /** @description At most so many, 1 to 500; 50 where it is not said. */
                limit?: number;
                /** @description Newest first where it is not said. */
                order?: "newest" | "updated" | "score" | "cost";
                /** @description Only runs whose id, description, strategy or model contains this. */
                text?: string;
            };
            header?: never;
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page12"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    create_run: {
        parameters: {
            query?: never;
            header?: {
                /** @description a repeated request with the same key is carried out once; kept for a day */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunWantedInput"];
            };
        };
        responses: {
            /** @description done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunMade"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    check_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunWantedInput"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunChecked"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    demo: {
        parameters: {
            query?: never;
            header?: {
                /** @description a repeated request with the same key is carried out once; kept for a day */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunMade"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    import_run: {
        parameters: {
            query?: {
                /** @description Under which id; that of the bundle where none is given. */
                run?: string;
            };
            header?: {
                /** @description a repeated request with the same key is carried out once, whatever its body; kept for a day */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Imported"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    judge_answer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JudgeInput"];
            };
        };
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AnswerJudged"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    workspace_shares: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                cursor?: string;
                /** @description At most so many, 1 to 500; 50 where it is not said. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page23"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    workspace_spent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Bought"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    top_of_workspace: {
        parameters: {
            query?: {
                /** @description 1 to 500; 10 where it is not said. */
                k?: number;
            };
            header?: never;
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page17"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    webhooks: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page8"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    add_webhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description a repeated request with the same key is carried out once; the secret is told once, and a repeated request is answered with 409 */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookWantedInput"];
            };
        };
        responses: {
            /** @description done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookMade"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    remove_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description its id, as the list of them has it */
                webhook: string;
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    deliveries: {
        parameters: {
            query?: {
                /** @description The `next` of the page before. */
                cursor?: string;
                /** @description At most so many, 1 to 500; 50 where it is not said. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description its id, as the list of them has it */
                webhook: string;
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page9"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
    test_webhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description a repeated request with the same key is carried out once; kept for a day */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description its id, as the list of them has it */
                webhook: string;
                /** @description the id of a workspace */
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description done */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryView"];
                };
            };
            429: components["responses"]["TooMany"];
            default: components["responses"]["Problem"];
        };
    };
}

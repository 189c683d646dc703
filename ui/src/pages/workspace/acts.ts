/** What was done, as a reader says it, by the names that the audit log keeps. */
const ACTS: Readonly<Record<string, string>> = {
  "user.add": "account added", "user.change": "account changed", "user.password": "password changed", "user.link": "account linked to a provider", "user.elsewhere": "sign-in elsewhere changed",
  "token.add": "token made", "token.remove": "token revoked",
  "workspace.add": "workspace added", "workspace.change": "workspace changed",
  "member.add": "member added", "member.join": "member joined", "member.role": "role changed", "member.budget": "member’s budget changed", "member.remove": "member removed",
  "invitation.add": "invited", "invitation.remove": "invitation taken back",
  "share.add": "link made", "share.remove": "link taken back",
  "key.set": "provider key set", "key.remove": "provider key removed",
  "webhook.add": "webhook added", "webhook.remove": "webhook removed",
  "comment.remove": "comment removed",
  "library.version": "version added", "library.label": "label moved",
  "prompt.try": "prompt tried in the playground",
  "run.create": "run created", "run.import": "run imported", "run.clone": "run cloned", "run.branch": "run branched", "run.start": "run started", "run.pause": "run paused", "run.stop": "run stopped",
  "run.budget": "budget changed", "run.describe": "run described", "run.snapshot": "snapshot named", "run.delete": "run deleted", "run.restore": "run restored",
  "run.write": "candidate written", "run.pin": "candidate pinned", "run.unpin": "candidate unpinned", "run.reject": "candidate rejected", "run.feedback": "proposals told what to heed", "run.freeze": "part of the prompt frozen", "run.model": "model changed",
};

/** An act in words; one of a newer server by its name. */
export const act = (name: string): string => ACTS[name] ?? name.replaceAll(/[._]/g, " ");

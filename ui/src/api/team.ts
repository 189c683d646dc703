/** People and what they share, as the server gives it. */
import type { Budget, RoleName, Json } from "./types";

export interface Workspace {
  id: string;
  name: string;
  budget: Budget;
  base_urls: string[];
  revision: number;
}
export interface Member {
  user: string;
  login: string;
  name: string;
  role: RoleName;
  budget: Budget;
  since: number;
  revision: number;
}
export interface Invitation {
  id: string;
  role: RoleName;
  note: string;
  by?: string;
  expires: number;
}
export interface ProviderKey {
  name: string;
  by: string;
  at: number;
}
export interface AuditEntry {
  id: string;
  at: number;
  by: string;
  login?: string;
  action: string;
  target: string;
  before?: Json;
  after?: Json;
}
export interface ApiToken {
  id: string;
  name: string;
  hint: string;
  ceiling: RoleName;
  workspace: string | null;
  created?: number;
  expires: number | null;
  last_used: number | null;
}

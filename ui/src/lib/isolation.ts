/** How well a sandbox separates code from the machine, in words. */
export const ISOLATION = {
  "minimum-process": "a process with limits and an empty environment, which can read what its user can read",
  namespaces: "a jail on this machine: files, processes and network of its own, and few system calls",
  machine: "a machine of its own",
} as const;

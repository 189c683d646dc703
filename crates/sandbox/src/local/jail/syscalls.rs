use seccompiler::TargetArch;
use serde_json::{Value, json};

use super::{During, Failure};

/// System calls that every program may make; whatever is on none of these lists answers "function not implemented", which the C
/// libraries take for an old kernel and do without.
///
/// Absent with intent: `ptrace` and all that reaches into other processes, mounts and namespaces, keys, `bpf`, `perf`, `io_uring`
/// and `userfaultfd` (each a wide door into the kernel), clocks, modules, swap, quotas, and whatever the kernel holds without any process that could be
/// seen to hold it, or counts for the whole account: files held by handle or only in memory, all of System V's, further Landlock rules and
/// filters, watches of files, and what has pipes hold more than their own pages. Absent too is what reaches others through a file that both may
/// only read: locks on whole files, leases, and writing everybody's files out.
const EVERYWHERE: &[&str] = &[
    // files
    "read",
    "write",
    "readv",
    "writev",
    "pread64",
    "pwrite64",
    "preadv",
    "pwritev",
    "preadv2",
    "pwritev2",
    "openat",
    "openat2",
    "close",
    "lseek",
    "fstat",
    "newfstatat",
    "statx",
    "fstatfs",
    "statfs",
    "getdents64",
    "readlinkat",
    "faccessat",
    "faccessat2",
    "mkdirat",
    "mknodat",
    "unlinkat",
    "renameat",
    "renameat2",
    "linkat",
    "symlinkat",
    "fchmod",
    "fchmodat",
    "fchown",
    "fchownat",
    "ftruncate",
    "truncate",
    "fallocate",
    "fsync",
    "fdatasync",
    "sync_file_range",
    "utimensat",
    "umask",
    "chdir",
    "fchdir",
    "getcwd",
    "dup",
    "dup3",
    "ioctl",
    "sendfile",
    "copy_file_range",
    "fadvise64",
    "readahead",
    "getxattr",
    "lgetxattr",
    "fgetxattr",
    "listxattr",
    "llistxattr",
    "flistxattr",
    // waiting
    "ppoll",
    "pselect6",
    "epoll_create1",
    "epoll_ctl",
    "epoll_pwait",
    "epoll_pwait2",
    "eventfd2",
    "signalfd4",
    "timerfd_create",
    "timerfd_settime",
    "timerfd_gettime",
    "pipe2",
    // memory
    "munmap",
    "mprotect",
    "mremap",
    "madvise",
    "brk",
    "msync",
    "mincore",
    "mlock",
    "munlock",
    "membarrier",
    "rseq",
    "pkey_alloc",
    "pkey_free",
    "pkey_mprotect",
    "get_mempolicy",
    // processes and threads; `clone`, `socket`, `fcntl`, `mmap` and what a process may ask for itself alone are below
    "execve",
    "execveat",
    "exit",
    "exit_group",
    "wait4",
    "waitid",
    "kill",
    "tkill",
    "tgkill",
    "pidfd_open",
    "pidfd_send_signal",
    "getpid",
    "getppid",
    "gettid",
    "getpgid",
    "setpgid",
    "getsid",
    "setsid",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getresuid",
    "getresgid",
    "getgroups",
    "setuid",
    "setgid",
    "setreuid",
    "setregid",
    "setresuid",
    "setresgid",
    "setgroups",
    "capget",
    "capset",
    "set_tid_address",
    "set_robust_list",
    "get_robust_list",
    "futex",
    "futex_waitv",
    "getrlimit",
    "setrlimit",
    "getrusage",
    "times",
    "getpriority",
    "ioprio_get",
    "sched_yield",
    "sched_getaffinity",
    "sched_getparam",
    "sched_getscheduler",
    "sched_getattr",
    "sched_get_priority_max",
    "sched_get_priority_min",
    "getcpu",
    // signals and time
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "rt_sigpending",
    "rt_sigtimedwait",
    "rt_sigsuspend",
    "rt_sigqueueinfo",
    "rt_tgsigqueueinfo",
    "sigaltstack",
    "restart_syscall",
    "nanosleep",
    "clock_nanosleep",
    "clock_gettime",
    "clock_getres",
    "gettimeofday",
    "getitimer",
    "setitimer",
    "timer_create",
    "timer_settime",
    "timer_gettime",
    "timer_getoverrun",
    "timer_delete",
    // what a program asks about the machine
    "uname",
    "sysinfo",
    "getrandom",
    // talking among the sandbox's own processes
    "bind",
    "listen",
    "accept",
    "accept4",
    "connect",
    "getsockname",
    "getpeername",
    "sendto",
    "recvfrom",
    "sendmsg",
    "recvmsg",
    "sendmmsg",
    "recvmmsg",
    "shutdown",
    "getsockopt",
];

/// Older forms that only this architecture has.
const X86_64: &[&str] = &[
    "open",
    "creat",
    "stat",
    "lstat",
    "access",
    "mkdir",
    "mknod",
    "rmdir",
    "unlink",
    "rename",
    "link",
    "symlink",
    "readlink",
    "chmod",
    "chown",
    "lchown",
    "utime",
    "utimes",
    "futimesat",
    "getdents",
    "dup2",
    "pipe",
    "poll",
    "select",
    "epoll_create",
    "epoll_wait",
    "eventfd",
    "signalfd",
    "fork",
    "vfork",
    "getpgrp",
    "alarm",
    "pause",
    "time",
    "arch_prctl",
];

/// `CLOSE_RANGE_UNSHARE` (close_range(2)).
const UNSHARE_FILES: u64 = 2;
/// `CLONE_THREAD` and `CLONE_FILES` (clone(2)): whoever watches looks for open files at one thread of a process, so all have the same.
const THREAD: u64 = 0x1_0000;
const FILES: u64 = 0x400;
/// All `CLONE_NEW*` flags that `clone` takes (clone(2)).
const NEW_NAMESPACES: u64 = 0x7e02_0000;
/// `AF_UNIX` (socket(2)).
const UNIX: u64 = 1;
/// `PR_SET_SECCOMP` (prctl(2)).
const SET_SECCOMP: u64 = 22;
/// `PR_SET_DUMPABLE` (prctl(2)): who watches would not see any more what a process holds.
const SET_DUMPABLE: u64 = 4;
/// What `fcntl` may do (fcntl(2)): copy descriptors (`F_DUPFD`, `F_DUPFD_CLOEXEC`), read and change their flags, lock parts of files (`F_GETLK` to
/// `F_SETLKW` and `F_OFD_GETLK` to `F_OFD_SETLKW`), and tell how large a pipe is (`F_GETPIPE_SZ`). A lease or a watch reaches whoever opens the file.
const OF_DESCRIPTORS: [u64; 13] = [0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032];
/// `SOL_SOCKET`, and the options of it that may be set (socket(7)): `SO_REUSEADDR`, `SO_BROADCAST`, `SO_KEEPALIVE`, `SO_OOBINLINE`, `SO_LINGER`,
/// `SO_REUSEPORT`, `SO_PASSCRED`, `SO_RCVLOWAT`, and the two limits of time in their old and new forms. What a socket may hold is counted, and a host may
/// allow many times the usual; a filter is a program that the kernel executes.
const OF_SOCKETS: u64 = 1;
const SOCKET_OPTIONS: [u64; 12] = [2, 6, 9, 10, 13, 15, 16, 18, 20, 21, 66, 67];
/// `MAP_ANONYMOUS`, with it the kind of sharing, and `MAP_PRIVATE` (mmap(2)): shared memory of no file is held while anybody has a piece of it, and
/// nothing says then how much it is.
const ANONYMOUS: u64 = 0x20;
const SHARING: u64 = 0x0f;
const PRIVATE: u64 = 0x02;
/// `PRIO_PROCESS` (setpriority(2)).
const OF_A_PROCESS: u64 = 0;
/// System calls whose first argument is the process that they change, of which 0 is the caller. Where code runs as an ordinary user, so does
/// whoever watches it: one with no file left to open, or that has to wait for everybody else, sees nothing.
const ABOUT_ITSELF: [&str; 4] = ["prlimit64", "sched_setaffinity", "sched_setparam", "sched_setscheduler"];

/// Filters what this process and those that it starts may ask of the kernel. Cannot be undone.
pub fn restrict() -> Result<(), Failure> {
    let step = "filter system calls";
    let arch = std::env::consts::ARCH;
    let target: TargetArch = arch.try_into().during(step)?;
    let older = if arch == "x86_64" { X86_64 } else { &[] };
    let filters = seccompiler::compile_from_json(policy(older).to_string().as_bytes(), target).during(step)?;
    filters.values().try_for_each(|filter| seccompiler::apply_filter(filter)).during(step)
}

fn policy(older: &[&str]) -> Value {
    let plain = EVERYWHERE.iter().chain(older).map(|name| json!({"syscall": name}));
    let is = |index: u8, value: u64| json!({"index": index, "type": "dword", "op": "eq", "val": value});
    let is_not = |index: u8, value: u64| json!({"index": index, "type": "dword", "op": "ne", "val": value});
    let masked = |index: u8, mask: u64, value: u64| json!({"index": index, "type": "qword", "op": {"masked_eq": mask}, "val": value});
    let own = ABOUT_ITSELF.iter().map(|name| json!({"syscall": name, "args": [is(0, 0)]}));
    let guarded = [
        // `clone3` hides its flags from a filter, so it is missing and the C library takes this one
        json!({"syscall": "clone", "args": [masked(0, NEW_NAMESPACES | THREAD, 0)]}),
        json!({"syscall": "clone", "args": [masked(0, NEW_NAMESPACES | THREAD | FILES, THREAD | FILES)]}),
        json!({"syscall": "close_range", "args": [masked(2, UNSHARE_FILES, 0)]}),
        json!({"syscall": "socket", "args": [is(0, UNIX)]}),
        json!({"syscall": "socketpair", "args": [is(0, UNIX)]}),
        json!({"syscall": "setsockopt", "args": [is_not(1, OF_SOCKETS)]}),
        json!({"syscall": "mmap", "args": [masked(3, ANONYMOUS, 0)]}),
        json!({"syscall": "mmap", "args": [masked(3, ANONYMOUS | SHARING, ANONYMOUS | PRIVATE)]}),
        json!({"syscall": "setpriority", "args": [is(0, OF_A_PROCESS), is(1, 0)]}),
        json!({"syscall": "prctl", "args": [is_not(0, SET_SECCOMP), is_not(0, SET_DUMPABLE)]}),
    ];
    let only = |name: &str, index: u8, value: u64| json!({"syscall": name, "args": [is(index, value)]});
    let of_descriptors = OF_DESCRIPTORS.iter().map(|command| only("fcntl", 1, *command));
    let of_sockets = SOCKET_OPTIONS.iter().map(|option| only("setsockopt", 2, *option));
    let enosys = rustix::io::Errno::NOSYS.raw_os_error();
    json!({"program": {
        "mismatch_action": {"errno": enosys},
        "match_action": "allow",
        "filter": plain.chain(own).chain(guarded).chain(of_descriptors).chain(of_sockets).collect::<Vec<_>>(),
    }})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_known_to_both_architectures() {
        for (arch, older) in [(TargetArch::x86_64, X86_64), (TargetArch::aarch64, &[][..])] {
            let filters = seccompiler::compile_from_json(policy(older).to_string().as_bytes(), arch).unwrap();
            assert_eq!(filters.len(), 1);
        }
    }

    #[test]
    fn no_call_that_leads_out_is_on_a_list() {
        let out = [
            "ptrace",
            "process_vm_readv",
            "process_vm_writev",
            "pidfd_getfd",
            "mount",
            "umount2",
            "pivot_root",
            "chroot",
            "unshare",
            "setns",
            "clone3",
            "keyctl",
            "add_key",
            "request_key",
            "bpf",
            "perf_event_open",
            "io_uring_setup",
            "userfaultfd",
            "memfd_create",
            "open_by_handle_at",
            "name_to_handle_at",
            "init_module",
            "kexec_load",
            "reboot",
            "swapon",
            "settimeofday",
            "clock_settime",
            "fsopen",
            "open_tree",
            "move_mount",
            "mount_setattr",
            "personality",
            "quotactl",
            "acct",
            "syslog",
            "kcmp",
            "semget",
            "shmget",
            "msgget",
            "mq_open",
            "inotify_init",
            "inotify_init1",
            "fanotify_init",
            "landlock_create_ruleset",
            "landlock_add_rule",
            "seccomp",
            "sched_setattr",
            "ioprio_set",
            "flock",
            "sync",
            "syncfs",
        ];
        for name in out {
            assert!(!EVERYWHERE.contains(&name) && !X86_64.contains(&name), "{name}");
        }
    }
}

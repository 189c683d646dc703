use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use super::watch::is_denied;

/// What a socket may hold unread, in KiB: twice the kernel's default of `net.core.wmem_max` (socket(7), `SO_SNDBUF`). How much it does hold is said
/// nowhere, so each counts as much.
const SOCKET_KB: u64 = 416;
/// What a pipe may hold unread, in KiB (pipe(7)); a program inside cannot have it hold more.
const PIPE_KB: u64 = 64;
/// What the kernel holds for an open file, in KiB: its description, and for what is no file of a disk its inode.
const FILE_KB: u64 = 1;
/// What the kernel holds for a lock on a part of a file, or for a file that an `epoll` waits for, in bytes.
const ENTRY: u64 = 256;

/// What the kernel holds for the open files of processes, as far as it says. Files on their way through a socket are nobody's.
#[derive(Debug, Default)]
pub struct Held {
    files: u64,
    /// Pipes and sockets, each once however many have it open.
    pipes: HashSet<(u64, u64)>,
    sockets: HashSet<(u64, u64)>,
    /// What may be open in processes that nobody may look into.
    unseen: u64,
    /// Locks, and files that are waited for.
    entries: u64,
}

impl Held {
    /// Adds what the process that shows itself at a place of `/proc` has open. Where nobody may look, each of the `slots` that it has for files counts as
    /// the most that a file can be.
    pub fn add(&mut self, place: &Path, slots: u64) {
        let open = fs::read_dir(place.join("fd"));
        if open.as_ref().is_err_and(is_denied) {
            self.unseen += slots;
        }
        for entry in open.into_iter().flatten().flatten() {
            self.files += 1;
            // it may have been closed meanwhile
            let Ok(file) = fs::metadata(entry.path()) else { continue };
            let (kind, inode) = (file.file_type(), (file.dev(), file.ino()));
            if kind.is_fifo() {
                self.pipes.insert(inode);
            } else if kind.is_socket() {
                self.sockets.insert(inode);
            }
            let told = fs::read(place.join("fdinfo").join(entry.file_name())).unwrap_or_default();
            self.entries += entries(&told);
        }
    }

    /// All of it. `sockets`: how many there are, where that is known better than by who has them open.
    pub fn kb(&self, sockets: Option<u64>) -> u64 {
        let sockets = sockets.unwrap_or(self.sockets.len() as u64);
        let unseen = self.unseen * (SOCKET_KB + FILE_KB);
        unseen
            + self.files * FILE_KB
            + self.pipes.len() as u64 * PIPE_KB
            + sockets * SOCKET_KB
            + self.entries * ENTRY / 1024
    }
}

/// The lines of proc(5), `/proc/pid/fdinfo/n`, that tell of a lock or of a file that is waited for.
fn entries(told: &[u8]) -> u64 {
    told.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"tfd:") || line.starts_with(b"lock:")).count()
        as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_locks_and_what_is_waited_for() {
        let told = b"pos:\t0\nflags:\t02\nmnt_id:\t15\ntfd:        5 events:       19 data: 5  pos:0 ino:1 sdev:c\n\
            lock:\t1: POSIX  ADVISORY  WRITE 7 00:1f:9 0 0\nlock:\t2: POSIX  ADVISORY  WRITE 7 00:1f:9 2 2\n";
        assert_eq!(entries(told), 3);
        assert_eq!(entries(b"pos:\t0\nflags:\t02\n"), 0);
    }

    #[test]
    fn a_pipe_counts_once_for_both_of_its_ends() {
        let (reading, writing) = std::io::pipe().unwrap();
        let [own, other] =
            [rustix::fs::fstat(&reading), rustix::fs::fstat(&writing)].map(|found| found.unwrap().st_ino);
        assert_eq!(own, other);
        // other tests of this process open and close files meanwhile
        let ours = |held: &Held| held.pipes.iter().filter(|(_, inode)| *inode == own).count();
        assert_eq!(ours(&Held::of_this_process()), 1);
        let both = Held { files: 2, pipes: [(1, own)].into(), ..Held::default() };
        assert_eq!(both.kb(Some(0)), PIPE_KB + 2 * FILE_KB);
    }

    impl Held {
        fn of_this_process() -> Self {
            let mut held = Self::default();
            held.add(Path::new("/proc/self"), 64);
            held
        }
    }
}

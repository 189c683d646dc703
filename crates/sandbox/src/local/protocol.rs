//! What the host and the jail's init say to one another.
//!
//! Requests are packets on one socket, each with the descriptors that it needs; every answer comes on a socket of its own, so
//! that nobody has to sort answers, and closing that socket withdraws the request. A host that dies closes everything.

use std::collections::BTreeMap;
use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
};
use serde::{Deserialize, Serialize};

use super::jail::cgroup::ControlGroup;
use crate::{AtWork, Ending, Limits};

/// What every stage of a jail has in its environment, for the allocator of the binary whose stage it is. mimalloc would take a gigabyte at once, which
/// counts as the data of a process whether it is used or not: under the limits of a sandbox a stage then gets nothing more, about once in a hundred times.
pub const STAGE_ENVIRONMENT: (&str, &str) = ("MIMALLOC_ARENA_EAGER_COMMIT", "0");

/// The user and group that code inside sees itself as.
pub const INSIDE_ID: u32 = 1000;

/// The longest packet, in bytes: a command with its arguments and environment.
pub const LONGEST_PACKET: usize = 128 * 1024;

/// The most descriptors in one packet: where to answer, and the three standard ones.
pub const MOST_DESCRIPTORS: usize = 4;

/// What the jail is made of; handed from stage to stage as an argument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JailConfig {
    pub limits: Limits,
    /// Folders and files beside the system's that are there to read, such as an interpreter's.
    pub read_only: Vec<PathBuf>,
    pub identity: Identity,
    /// Where there is no jail: the sandbox's folder on the machine.
    pub open: Option<PathBuf>,
    /// The control group that all of it is in, where there is one.
    pub group: Option<ControlGroup>,
}

impl JailConfig {
    /// The working folder.
    pub fn work(&self) -> PathBuf {
        self.open.as_ref().map_or_else(|| PathBuf::from("/work"), |folder| folder.join("work"))
    }

    /// The folder for temporary files.
    pub fn tmp(&self) -> PathBuf {
        self.open.as_ref().map_or_else(|| PathBuf::from("/tmp"), |folder| folder.join("tmp"))
    }
}

/// Who the code inside is for the rest of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// The user who runs Promptclade.
    Own,
    /// A user that nobody else is; for a jail the host, which may, writes the mapping.
    Foreign(u32),
}

/// A request to init.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Run a program; descriptors: answer, stdin, stdout, stderr.
    Run { program: Vec<String>, env: BTreeMap<String, String>, wall_ms: Option<u64>, session: bool },
    /// Do something with files; descriptors as for `Run`.
    Files(FileTask),
    /// Say what is at work; descriptor: answer.
    Look,
}

/// What the jail itself does with files, with no more rights than the code inside has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileTask {
    /// Write standard input to this file.
    Put(String),
    /// Write this file to standard output.
    Get(String),
    /// Write the working folder to standard output as an archive.
    Save,
    /// Unpack the archive on standard input into the working folder.
    Restore,
}

/// An answer of init.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Ended(Ending),
    Busy,
    NotRunnable(String),
    /// Of all but the first process.
    AtWork(AtWork),
}

/// What is said before requests are taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hello {
    /// The jail has its user namespace and waits for the mapping.
    Unshared,
    /// The host has written the mapping.
    Mapped,
    /// Init takes requests.
    Ready,
    /// A step failed.
    Failed { step: String, detail: String },
}

/// Sends one packet; `WouldBlock` where the socket is full and does not block.
pub fn send(socket: impl AsFd, message: &impl Serialize, descriptors: &[BorrowedFd<'_>]) -> std::io::Result<()> {
    let text = serde_json::to_vec(message)?;
    if text.len() > LONGEST_PACKET {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "arguments and environment exceed 128 KiB"));
    }
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !descriptors.is_empty() && !ancillary.push(SendAncillaryMessage::ScmRights(descriptors)) {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "too many descriptors"));
    }
    rustix::net::sendmsg(socket, &[IoSlice::new(&text)], &mut ancillary, SendFlags::NOSIGNAL)?;
    Ok(())
}

/// Receives one packet with its descriptors; `None` once the other side is gone.
pub fn receive<T: for<'a> Deserialize<'a>>(socket: impl AsFd) -> std::io::Result<Option<(T, Vec<OwnedFd>)>> {
    let mut text = vec![0; LONGEST_PACKET];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let flags = RecvFlags::CMSG_CLOEXEC;
    let received = match rustix::net::recvmsg(socket, &mut [IoSliceMut::new(&mut text)], &mut ancillary, flags) {
        Ok(received) => received,
        // the other side died with packets of ours unread
        Err(rustix::io::Errno::CONNRESET) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if received.bytes == 0 {
        return Ok(None);
    }
    let descriptors = ancillary
        .drain()
        .filter_map(|message| match message {
            RecvAncillaryMessage::ScmRights(descriptors) => Some(descriptors),
            _ => None,
        })
        .flatten()
        .collect();
    Ok(Some((serde_json::from_slice(text.get(..received.bytes).unwrap_or_default())?, descriptors)))
}

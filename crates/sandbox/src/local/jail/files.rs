use std::fs::{File, Permissions};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::ExitCode;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::{During, Failure};
use crate::Limits;
use crate::local::protocol::FileTask;

/// Does something with files of the working folder, which is the current one. It runs confined: whatever the code inside has put
/// in its way can only lead to what that code could reach itself.
pub fn handle(task: &FileTask, limits: &Limits) -> Result<ExitCode, Failure> {
    match task {
        FileTask::Put(path) => put(path),
        FileTask::Get(path) => get(path, u64::from(limits.disk_mb) * 1024 * 1024),
        FileTask::Save => save().during("save the working folder"),
        FileTask::Restore => restore().during("unpack the working folder"),
    }?;
    Ok(ExitCode::SUCCESS)
}

fn put(path: &str) -> Result<(), Failure> {
    let (folder, name) = walk(path, Missing::Make)?;
    // a program that reads the file never sees half of it
    let half = format!(".{}.part", std::process::id());
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW;
    let file = rustix::fs::openat(&folder, &half, flags, Mode::from_raw_mode(0o644)).during("create")?;
    let written = write(File::from(file)).during("write");
    let replace = || rustix::fs::renameat(&folder, &half, &folder, &name);
    let renamed = written.and_then(|()| {
        let replaced = match replace() {
            // whatever else is there makes way by itself, links unfollowed
            Err(Errno::ISDIR) => clear(&folder, path, &name).and_then(|()| replace()),
            replaced => replaced,
        };
        replaced.during("replace")
    });
    if renamed.is_err() {
        let _ = rustix::fs::unlinkat(&folder, &half, AtFlags::empty());
    }
    renamed
}

/// Takes a folder out of the way, with what is below it as far as its modes let that be done. It is moved first, so what stays stays under another name.
fn clear(folder: &OwnedFd, path: &str, name: &str) -> Result<(), Errno> {
    let away = format!(".{}.old", std::process::id());
    rustix::fs::renameat(folder, name, folder, &away)?;
    let moved = Path::new(path).with_file_name(away);
    let _ = std::fs::set_permissions(&moved, Permissions::from_mode(0o700));
    let _ = std::fs::remove_dir_all(moved);
    Ok(())
}

/// What begins with `#!` is a program and can be run.
fn write(mut file: File) -> io::Result<()> {
    let mut beginning = Vec::new();
    io::stdin().take(2).read_to_end(&mut beginning)?;
    file.write_all(&beginning)?;
    io::copy(&mut io::stdin(), &mut file)?;
    if beginning == b"#!" {
        rustix::fs::fchmod(&file, Mode::from_raw_mode(0o755))?;
    }
    Ok(())
}

fn get(path: &str, most: u64) -> Result<(), Failure> {
    let (folder, name) = walk(path, Missing::Refuse)?;
    // without blocking: it could be a pipe that nobody writes
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = rustix::fs::openat(&folder, &name, flags, Mode::empty()).during("open")?;
    let kind = FileType::from_raw_mode(rustix::fs::fstat(&file).during("look at")?.st_mode);
    if kind != FileType::RegularFile {
        return Err(Failure { step: "read".into(), detail: "it is no plain file".into() });
    }
    io::copy(&mut File::from(file).take(most), &mut io::stdout()).during("read")?;
    Ok(())
}

enum Missing {
    /// And take what is no folder, links among it, out of the way.
    Make,
    Refuse,
}

/// The folder that holds the last name of a path. No link on the way is followed.
fn walk(path: &str, missing: Missing) -> Result<(OwnedFd, String), Failure> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW;
    let mut folder = rustix::fs::openat(CWD, ".", flags, Mode::empty()).during("open the working folder")?;
    let (parents, name) = path.rsplit_once('/').unwrap_or(("", path));
    for parent in parents.split('/').filter(|parent| !parent.is_empty()) {
        let make = || match rustix::fs::mkdirat(&folder, parent, Mode::from_raw_mode(0o755)) {
            Ok(()) | Err(Errno::EXIST) => Ok(()),
            Err(error) => Err(error).during(format!("make the folder {parent}")),
        };
        let enter = || rustix::fs::openat(&folder, parent, flags, Mode::empty());
        let entered = match missing {
            Missing::Refuse => enter(),
            Missing::Make => {
                make()?;
                match enter() {
                    Err(Errno::NOTDIR | Errno::LOOP) => {
                        rustix::fs::unlinkat(&folder, parent, AtFlags::empty())
                            .during(format!("take {parent} out of the way"))?;
                        make()?;
                        enter()
                    }
                    entered => entered,
                }
            }
        };
        folder = entered.during(format!("enter the folder {parent}"))?;
    }
    Ok((folder, name.to_owned()))
}

/// Folders, plain files and links as they are; pipes and sockets have no state that could be kept.
fn save() -> io::Result<()> {
    let mut archive = tar::Builder::new(io::BufWriter::new(io::stdout()));
    archive.mode(tar::HeaderMode::Deterministic);
    archive.follow_symlinks(false);
    save_folder(&mut archive, Path::new(""))?;
    archive.into_inner()?.flush()
}

fn save_folder(archive: &mut tar::Builder<impl Write>, folder: &Path) -> io::Result<()> {
    let mut names: Vec<_> = std::fs::read_dir(Path::new(".").join(folder))?
        .map(|entry| Ok(entry?.file_name()))
        .collect::<io::Result<_>>()?;
    names.sort();
    for name in names {
        let path = folder.join(name);
        let kind = path.symlink_metadata()?.file_type();
        if kind.is_dir() {
            archive.append_dir(&path, &path)?;
            save_folder(archive, &path)?;
        } else if kind.is_file() || kind.is_symlink() {
            archive.append_path(&path)?;
        }
    }
    Ok(())
}

fn restore() -> io::Result<()> {
    let mut archive = tar::Archive::new(io::BufReader::new(io::stdin()));
    archive.set_preserve_mtime(false);
    archive.unpack(".")
}

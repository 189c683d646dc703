use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};

use rustix::mount::{MountFlags, MountPropagationFlags, UnmountFlags};

use super::{During, Failure, WORK, mounts, open};
use crate::Limits;
use crate::local::protocol::{INSIDE_ID, JailConfig};

/// The system's folders of programs and libraries; as links where the system has links.
const SYSTEM: [&str; 7] = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];
/// What programs need of `/etc`: how libraries and alternatives are found, nothing about the machine or its users.
const ETC: [&str; 2] = ["ld.so.cache", "alternatives"];
const DEVICES: [(&str, &str); 5] =
    [("null", "null"), ("zero", "full"), ("full", "full"), ("random", "random"), ("urandom", "urandom")];
/// Where the jail's folders that can be written lie before they are shown at their places.
const SCRATCH: &str = "/scratch";
const WRITABLE: [(&str, &str); 3] = [("work", WORK), ("tmp", "/tmp"), ("shm", "/dev/shm")];

/// Builds the jail's root folder and makes it the only one there is.
pub fn build(config: &JailConfig) -> Result<(), Failure> {
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    rustix::mount::mount_change("/", private).during("separate the mounts")?;
    // the new root lies over /tmp only until it is the root; then the whole old tree is below /old, /tmp included
    mounts::memory(Path::new("/tmp"), "size=1m,nr_inodes=4096,mode=755")?;
    make_folder("/tmp/old")?;
    rustix::process::pivot_root("/tmp", "/tmp/old").during("change the root folder")?;
    std::env::set_current_dir("/").during("change the root folder")?;

    forbid_more_namespaces();
    // first, since the table of mounts is read there
    proc()?;
    let (late, early): (Vec<&Path>, Vec<&Path>) =
        config.read_only.iter().map(PathBuf::as_path).partition(|place| hiding(place).is_some());
    SYSTEM.map(Path::new).into_iter().chain(early).try_for_each(show)?;
    devices()?;
    writable(&config.limits)?;
    late.into_iter().try_for_each(show)?;
    own_etc()?;

    rustix::mount::unmount("/old", UnmountFlags::DETACH).during("leave the old root folder")?;
    fs::remove_dir("/old").during("leave the old root folder")?;
    let flags = MountFlags::BIND | MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NODEV;
    rustix::mount::mount_remount("/", flags, c"").during("make the root folder read-only")?;
    rustix::system::sethostname(b"sandbox").during("name the jail")
}

/// The limit belongs to the jail's user namespace. It may fail, where a container shows `/proc/sys` to read only: the filter of
/// system calls does not let through what makes a namespace, and this is a second bar behind it.
fn forbid_more_namespaces() {
    let _ = fs::write("/old/proc/sys/user/max_user_namespaces", "0");
}

/// The jail's own folder that lies over a place of the machine.
fn hiding(place: &Path) -> Option<&'static str> {
    WRITABLE.iter().map(|(_, own)| *own).find(|own| place.starts_with(own))
}

/// Shows a folder, a file or a link of the machine at its place, where it is there.
fn show(folder: &Path) -> Result<(), Failure> {
    let source = below_old(folder);
    let Ok(kind) = source.symlink_metadata() else { return Ok(()) };
    if hiding(folder) == Some(WORK) {
        let detail = format!("code has a {WORK} of its own inside, which would hold it; put it elsewhere");
        return Err(Failure { step: format!("show {} inside", folder.display()), detail });
    }
    if kind.is_symlink() {
        let to = fs::read_link(&source).during(format!("read the link {}", folder.display()))?;
        folder.parent().map(make_folder).transpose()?;
        symlink(to, folder).during(format!("make the link {}", folder.display()))
    } else if kind.is_file() {
        folder.parent().map(make_folder).transpose()?;
        fs::File::create(folder).during(format!("make room for {}", folder.display()))?;
        mounts::bind_read_only(&source, folder)
    } else {
        make_folder(folder)?;
        mounts::bind_read_only(&source, folder)
    }
}

/// A list of the jail's own processes and nothing about the machine.
fn proc() -> Result<(), Failure> {
    make_folder("/proc")?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    rustix::mount::mount("proc", "/proc", "proc", flags, c"subset=pid").during("mount /proc")
}

fn devices() -> Result<(), Failure> {
    make_folder("/dev")?;
    for (name, device) in DEVICES {
        let dev = Path::new("/dev");
        mounts::bind_file(&below_old(&dev.join(device)), &dev.join(name))?;
    }
    for (name, to) in [("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")] {
        symlink(format!("/proc/self/fd{to}"), Path::new("/dev").join(name)).during("make the links in /dev")?;
    }
    Ok(())
}

/// One file system for all that can be written, so that one limit holds for all of it.
fn writable(limits: &Limits) -> Result<(), Failure> {
    make_folder(SCRATCH)?;
    let files = open::most_files(limits);
    mounts::memory(Path::new(SCRATCH), &format!("size={}m,nr_inodes={files},mode=755", limits.disk_mb))?;
    for (name, place) in WRITABLE {
        let folder = Path::new(SCRATCH).join(name);
        make_folder(&folder)?;
        chown(&folder, Some(INSIDE_ID), Some(INSIDE_ID)).during(format!("hand {place} over"))?;
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).during(format!("hand {place} over"))?;
        make_folder(place)?;
        rustix::mount::mount_bind(&folder, place).during(format!("show {place} inside"))?;
    }
    rustix::mount::unmount(SCRATCH, UnmountFlags::DETACH).during("hide the scratch folder")?;
    fs::remove_dir(SCRATCH).during("hide the scratch folder")
}

fn own_etc() -> Result<(), Failure> {
    make_folder("/etc")?;
    for name in ETC {
        let place = Path::new("/etc").join(name);
        let source = below_old(&place);
        if source.is_dir() {
            make_folder(&place)?;
            mounts::bind_read_only(&source, &place)?;
        } else if source.is_file() {
            fs::copy(&source, &place).during(format!("copy {}", place.display()))?;
        }
    }
    let accounts = [
        ("passwd", format!("sandbox:x:{INSIDE_ID}:{INSIDE_ID}::{WORK}:/bin/sh\n")),
        ("group", format!("sandbox:x:{INSIDE_ID}:\n")),
    ];
    for (name, text) in accounts {
        fs::write(Path::new("/etc").join(name), text).during("write the jail's only account")?;
    }
    Ok(())
}

fn below_old(path: &Path) -> PathBuf {
    Path::new("/old").join(path.strip_prefix("/").unwrap_or(path))
}

fn make_folder(path: impl AsRef<Path>) -> Result<(), Failure> {
    fs::create_dir_all(&path).during(format!("make the folder {}", path.as_ref().display()))
}

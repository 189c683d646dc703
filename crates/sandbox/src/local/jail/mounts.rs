use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::mount::MountFlags;

use super::{During, Failure};

/// Shows `source` at `target` to read only, without devices and set-user-id, with everything that is mounted below it.
pub fn bind_read_only(source: &Path, target: &Path) -> Result<(), Failure> {
    let step = || format!("show {} inside", target.display());
    rustix::mount::mount_bind_recursive(source, target).during(step())?;
    let table = std::fs::read("/proc/self/mountinfo").during("read the table of mounts")?;
    for (place, flags) in mounts_below(&table, target) {
        // what the outside has locked must be said again
        let flags = flags | MountFlags::BIND | MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NODEV;
        rustix::mount::mount_remount(place, flags, c"").during(step())?;
    }
    Ok(())
}

/// Shows one device or file at `target` as it is.
pub fn bind_file(source: &Path, target: &Path) -> Result<(), Failure> {
    std::fs::File::create(target).during(format!("make room for {}", target.display()))?;
    rustix::mount::mount_bind(source, target).during(format!("show {} inside", target.display()))
}

/// A file system in memory.
pub fn memory(target: &Path, options: &str) -> Result<(), Failure> {
    let options = CString::new(options).during("mount memory")?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV;
    rustix::mount::mount("tmpfs", target, "tmpfs", flags, options.as_c_str())
        .during(format!("mount memory at {}", target.display()))
}

/// The mounts at and below a path in a table of the form of proc(5), `/proc/pid/mountinfo`, with their flags.
fn mounts_below(table: &[u8], at: &Path) -> Vec<(PathBuf, MountFlags)> {
    table
        .split(|byte| *byte == b'\n')
        .filter_map(|line| {
            let mut fields = line.split(|byte| *byte == b' ').skip(4);
            let place = PathBuf::from(std::ffi::OsStr::from_bytes(&unescaped(fields.next()?)));
            let flags =
                fields.next()?.split(|byte| *byte == b',').fold(MountFlags::empty(), |flags, word| flags | flag(word));
            place.starts_with(at).then_some((place, flags))
        })
        .collect()
}

fn flag(word: &[u8]) -> MountFlags {
    match word {
        b"ro" => MountFlags::RDONLY,
        b"nosuid" => MountFlags::NOSUID,
        b"nodev" => MountFlags::NODEV,
        b"noexec" => MountFlags::NOEXEC,
        b"noatime" => MountFlags::NOATIME,
        b"nodiratime" => MountFlags::NODIRATIME,
        b"relatime" => MountFlags::RELATIME,
        _ => MountFlags::empty(),
    }
}

/// Spaces, tabs, line ends and backslashes are written as three octal digits there.
fn unescaped(field: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let [first, tail @ ..] = rest {
        let octal = match tail {
            [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ..] if *first == b'\\' => {
                Some((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'))
            }
            _ => None,
        };
        bytes.push(octal.unwrap_or(*first));
        rest = if octal.is_some() { tail.get(3..).unwrap_or_default() } else { tail };
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_table_of_mounts() {
        let table = b"36 35 98:0 /mnt1 /usr rw,noatime,nosuid master:1 - ext3 /dev/root rw,errors=continue\n\
            37 35 0:5 / /usr/with\\040space ro,relatime - tmpfs tmpfs rw\n\
            38 35 0:6 / /usrlocal rw - tmpfs tmpfs rw\n";
        assert_eq!(
            mounts_below(table, Path::new("/usr")),
            [
                (PathBuf::from("/usr"), MountFlags::NOATIME | MountFlags::NOSUID),
                (PathBuf::from("/usr/with space"), MountFlags::RDONLY | MountFlags::RELATIME),
            ]
        );
    }

    #[test]
    fn a_backslash_that_escapes_nothing_stays() {
        assert_eq!(unescaped(br"a\134b\9"), br"a\b\9");
    }
}

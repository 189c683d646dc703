use std::{path::Path, process::Command};

/// A small disk at a folder, which goes when this value goes.
pub struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    /// With options of tmpfs such as `size=900k`. `None`, said aloud, where this user may not mount.
    #[must_use]
    pub fn at(folder: &'a Path, options: &str) -> Option<Self> {
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(folder).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(folder));
        }
        eprintln!("skipped: this user may not mount a small disk");
        None
    }

    /// Changes its options.
    ///
    /// # Panics
    /// Where that fails.
    pub fn again(&self, options: &str) {
        let options = format!("remount,{options}");
        assert!(Command::new("mount").args(["-o", &options]).arg(self.0).status().unwrap().success());
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(self.0).status());
    }
}

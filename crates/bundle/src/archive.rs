use std::{
    fs::File,
    io::{self, BufReader, Read, Write},
    path::Path,
};

use clade_domain::ContentHash;
use tar::{EntryType, Header};
use zstd::stream::read::Decoder;

use crate::{
    BundleError, Limits, Manifest, Part,
    manifest::{MANIFEST, MOST_MANIFEST},
};

const BLOCK: usize = 512;
/// Zeros that may follow the last file: tools fill archives up to 10 KiB.
const MOST_PADDING: u64 = 64 << 10;
/// Largest window of a frame, as a power of two: what a decoder sets aside before it has read anything.
const MOST_WINDOW: u32 = 27;

/// A bundle's files in order. Only the few forms of entries that a bundle has are known here: plain files with short names, in the
/// order of the manifest. So links, long names and sparse files need no defence, and nothing depends on what a name is.
pub(crate) struct Archive {
    input: Decoder<'static, BufReader<File>>,
}

impl Archive {
    /// Opens a file and reads its manifest.
    pub fn open(path: &Path, limits: Limits) -> Result<(Self, Manifest), BundleError> {
        let failed = |error: io::Error| BundleError::Io { doing: "open", detail: format!("{error}; check the path") };
        let mut input = Decoder::new(File::open(path).map_err(failed)?).map_err(failed)?;
        input.window_log_max(MOST_WINDOW).map_err(failed)?;
        let mut archive = Self { input };
        let none = || BundleError::wrong("the file is no Promptclade bundle: it does not begin with a manifest");
        let header =
            archive.header().map_err(|_| none())?.filter(|header| &*header.path_bytes() == MANIFEST.as_bytes());
        let size = header.ok_or_else(none)?.entry_size().map_err(|_| none())?;
        if size > MOST_MANIFEST {
            return Err(BundleError::TooLarge { bytes: size, most: MOST_MANIFEST });
        }
        let manifest = Manifest::read(&archive.content(MANIFEST, size)?, limits)?;
        Ok((archive, manifest))
    }

    /// The next file, which must be this one.
    pub fn part(&mut self, part: &Part) -> Result<Vec<u8>, BundleError> {
        let wrong = |what: &str| BundleError::wrong(format!("{}: {what}", part.path));
        let header = self.header()?.ok_or_else(|| wrong("it is missing"))?;
        let name = header.path_bytes();
        if *name != *part.path.as_bytes() {
            return Err(wrong(&format!("{:?} stands in its place", String::from_utf8_lossy(&name))));
        }
        if header.entry_size().ok() != Some(part.bytes) {
            return Err(wrong("its size is not the one in the manifest"));
        }
        let content = self.content(&part.path, part.bytes)?;
        match ContentHash::of(&content) == part.blake3 {
            true => Ok(content),
            false => Err(wrong("the checksum does not fit: the file was changed")),
        }
    }

    /// Makes sure that nothing follows.
    pub fn end(mut self) -> Result<(), BundleError> {
        if self.header()?.is_some() {
            return Err(BundleError::wrong("there are more files than the manifest lists"));
        }
        let mut rest = Vec::new();
        self.input.by_ref().take(MOST_PADDING + 1).read_to_end(&mut rest).map_err(|error| broken(&error))?;
        match rest.len() as u64 <= MOST_PADDING && rest.iter().all(|byte| *byte == 0) {
            true => Ok(()),
            false => Err(BundleError::wrong("there is more behind the end of the bundle")),
        }
    }

    /// The next header, checked; `None` at the end of the archive.
    fn header(&mut self) -> Result<Option<Header>, BundleError> {
        let mut block = [0; BLOCK];
        self.input.read_exact(&mut block).map_err(|error| broken(&error))?;
        if block.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        let header = Header::from_byte_slice(&block).clone();
        let sum: u32 = block
            .iter()
            .enumerate()
            .map(|(at, byte)| u32::from(if (148..156).contains(&at) { b' ' } else { *byte }))
            .sum();
        if header.cksum().ok() != Some(sum) {
            return Err(BundleError::wrong("the archive is damaged: a header's checksum does not fit"));
        }
        if header.entry_type() != EntryType::Regular {
            let name = String::from_utf8_lossy(&header.path_bytes()).into_owned();
            return Err(BundleError::wrong(format!("{name:?} is no plain file, and a bundle has nothing else")));
        }
        Ok(Some(header))
    }

    /// A file's content. `size` is within the limits.
    fn content(&mut self, name: &str, size: u64) -> Result<Vec<u8>, BundleError> {
        let mut content = Vec::new();
        // grows with what really comes, not with what is declared
        let read = self.input.by_ref().take(size).read_to_end(&mut content).map_err(|error| broken(&error))?;
        if read as u64 != size {
            return Err(BundleError::wrong(format!("{name}: the file ends too early")));
        }
        let padding = (BLOCK - read % BLOCK) % BLOCK;
        self.input.read_exact(&mut [0; BLOCK][..padding]).map_err(|error| broken(&error))?;
        Ok(content)
    }
}

fn broken(error: &io::Error) -> BundleError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => BundleError::wrong("the file ends too early"),
        _ => BundleError::wrong(format!("the file is damaged ({error})")),
    }
}

/// Writes a plain file into an archive, the same bytes for the same content.
pub(crate) fn append(out: &mut impl Write, path: &str, content: &[u8]) -> io::Result<()> {
    let mut header = Header::new_ustar();
    header.set_path(path)?;
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_entry_type(EntryType::Regular);
    header.set_cksum();
    out.write_all(header.as_bytes())?;
    out.write_all(content)?;
    out.write_all(&[0; BLOCK][..(BLOCK - content.len() % BLOCK) % BLOCK])
}

/// Ends an archive.
pub(crate) fn finish(out: &mut impl Write) -> io::Result<()> {
    out.write_all(&[0; 2 * BLOCK])
}

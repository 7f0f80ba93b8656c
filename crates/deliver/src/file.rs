//! A file of JSON lines.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::chain;
use crate::form::Form;
use crate::target::{Put, Trouble, Verdict};
use crate::{Format, Notice, Settings};

/// Readable by its owner and group: findings say who talks to whom.
const MODE: u32 = 0o640;

#[derive(Debug)]
pub(crate) struct FileTarget {
    path: PathBuf,
    form: Form,
    open: Arc<Mutex<Option<File>>>,
}

impl FileTarget {
    pub(crate) fn new(settings: &Settings) -> Self {
        let format = settings.format.unwrap_or(Format::GuardDuty);
        Self {
            path: settings.path.clone().unwrap_or_default(),
            form: Form::new(format, settings.event_source.as_deref(), settings.console_url.as_deref()),
            open: Arc::default(),
        }
    }

    pub(crate) fn place(&self) -> String {
        self.path.display().to_string()
    }

    /// Appends a line for each notice, and says so when they are on the disk.
    pub(crate) async fn put(&self, notices: &[&Notice]) -> Put {
        let mut text = String::new();
        for notice in notices {
            text.push_str(&self.form.value(notice).to_string());
            text.push('\n');
        }
        let (path, open) = (self.path.clone(), Arc::clone(&self.open));
        let written = tokio::task::spawn_blocking(move || {
            let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
            append(&path, &mut open, text.as_bytes())
        });
        match written.await {
            Ok(Ok(())) => Put { taken: vec![Verdict::Delivered; notices.len()], trouble: None },
            Ok(Err(error)) => Put::failed(Trouble::new(format!("cannot write {}: {}", self.path.display(), chain(&error)))),
            Err(error) => Put::failed(Trouble::new(chain(&error))),
        }
    }
}

/// Appends to the file at `path`, which is opened anew when it is no longer the one that is open.
fn append(path: &Path, open: &mut Option<File>, bytes: &[u8]) -> io::Result<()> {
    let mut file = match open.take() {
        Some(file) if is_at(path, &file)? => file,
        _ => reopen(path)?,
    };
    file.write_all(bytes)?;
    file.sync_data()?;
    // Only now: after an error it is opened anew, and a line that was torn is ended then.
    *open = Some(file);
    Ok(())
}

/// Whether the file is what the path leads to.
fn is_at(path: &Path, file: &File) -> io::Result<bool> {
    let here = file.metadata()?;
    match std::fs::metadata(path) {
        Ok(there) => Ok((here.dev(), here.ino()) == (there.dev(), there.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn reopen(path: &Path) -> io::Result<File> {
    let mut file = OpenOptions::new().read(true).append(true).create(true).mode(MODE).open(path)?;
    let length = file.seek(SeekFrom::End(0))?;
    if length == 0 {
        // That the file is there has to outlast a crash as well.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
        return Ok(file);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    if last != *b"\n" {
        file.write_all(b"\n")?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_line_is_ended_before_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("findings.jsonl");
        std::fs::write(&path, "{\"a\":1}\n{\"torn").unwrap();
        append(&path, &mut None, b"{\"b\":2}\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\"a\":1}\n{\"torn\n{\"b\":2}\n");
    }

    #[test]
    fn a_file_that_was_moved_cut_or_deleted_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (path, moved) = (folder.path().join("findings.jsonl"), folder.path().join("findings.jsonl.1"));
        let mut open = None;
        append(&path, &mut open, b"1\n").unwrap();
        append(&path, &mut open, b"2\n").unwrap();
        std::fs::rename(&path, &moved).unwrap();
        append(&path, &mut open, b"3\n").unwrap();
        assert_eq!(std::fs::read_to_string(&moved).unwrap(), "1\n2\n");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "3\n");
        std::fs::remove_file(&path).unwrap();
        append(&path, &mut open, b"4\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "4\n");
        // As logrotate does with `copytruncate`.
        File::options().write(true).open(&path).unwrap().set_len(0).unwrap();
        append(&path, &mut open, b"5\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "5\n");
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, MODE);
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error_until_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("later/findings.jsonl");
        let mut open = None;
        assert!(append(&path, &mut open, b"1\n").is_err());
        std::fs::create_dir(folder.path().join("later")).unwrap();
        append(&path, &mut open, b"1\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "1\n");
    }
}

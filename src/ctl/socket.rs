//! Path of the socket of `tandem ctl`, for the daemon and for the client.

use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

/// The usual places, in order: the system's, the user's, a private directory.
pub fn usual() -> Vec<PathBuf> {
    let uid = nix::unistd::geteuid();
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let runtime = runtime.filter(|path| path.is_absolute()).map(|path| path.join("tandem/ctl.sock"));
    let system = PathBuf::from("/run/tandem/ctl.sock");
    let private = PathBuf::from(format!("/tmp/tandem-{uid}/ctl.sock"));
    [Some(system), runtime, Some(private)].into_iter().flatten().collect()
}

/// The first usual place where a daemon listens.
pub fn find() -> Option<PathBuf> {
    usual().into_iter().find(|path| path.exists())
}

/// Binds the first usual place that can be written.
///
/// # Errors
/// Why the last one could not.
pub fn bind_usual() -> io::Result<(UnixListener, PathBuf)> {
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for path in usual() {
        match bind(&path) {
            Ok(listener) => return Ok((listener, path)),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Binds a socket that owner and group may use. One that a dead daemon has left is replaced, one that is
/// in use is not.
///
/// # Errors
/// Why it could not be bound.
pub fn bind(path: &Path) -> io::Result<UnixListener> {
    prepare_directory(path)?;
    match std::fs::symlink_metadata(path) {
        Ok(found) if !found.file_type().is_socket() => {
            let text = format!("{} exists and is not a socket", path.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, text));
        }
        Ok(_) if UnixStream::connect(path).is_ok() => {
            let text = format!("another tandem listens at {}", path.display());
            return Err(io::Error::new(io::ErrorKind::AddrInUse, text));
        }
        Ok(_) => std::fs::remove_file(path)?,
        Err(_) => {}
    }
    let listener = UnixListener::bind(path)?;
    // Until here the umask has kept others out: to connect, one must be allowed to write.
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o660))?;
    Ok(listener)
}

/// Makes the directory if it is missing, private; refuses one in a shared place that belongs to somebody
/// else.
fn prepare_directory(path: &Path) -> io::Result<()> {
    let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) else {
        return Ok(());
    };
    if !directory.exists() {
        return std::fs::DirBuilder::new().mode(0o750).create(directory);
    }
    let owner = std::fs::metadata(directory)?.uid();
    let trusted = owner == nix::unistd::geteuid().as_raw() || owner == 0;
    if trusted {
        return Ok(());
    }
    let text = format!("{} belongs to user {owner}", directory.display());
    Err(io::Error::new(io::ErrorKind::PermissionDenied, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_left_behind_is_replaced_and_one_in_use_is_not() {
        let directory = std::env::temp_dir().join(format!("tandem-test-{}", std::process::id()));
        let path = directory.join("ctl.sock");
        let listener = bind(&path).expect("free");
        let mode = std::fs::metadata(&path).expect("bound").permissions().mode();
        assert_eq!(mode & 0o777, 0o660);
        assert_eq!(bind(&path).expect_err("in use").kind(), io::ErrorKind::AddrInUse);
        drop(listener);
        let again = bind(&path).expect("left behind");
        drop(again);
        std::fs::remove_file(&path).expect("there");
        std::fs::write(&path, "data").expect("writable");
        assert_eq!(bind(&path).expect_err("a file").kind(), io::ErrorKind::AlreadyExists);
        std::fs::remove_dir_all(&directory).expect("ours");
    }
}

//! Which files kubectl reads, and which one it would write.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::refusal::Refusal;

/// The kubeconfig files of this moment, in kubectl's order: the first wins a whole stanza.
pub struct Places {
    files: Vec<PathBuf>,
}

impl Places {
    /// `--kubeconfig`, else the list in `$KUBECONFIG`, else the default path.
    pub fn find(explicit: Option<PathBuf>) -> Result<Self, Refusal> {
        if let Some(path) = explicit {
            return Ok(Self { files: vec![path] });
        }
        let list = env::var_os("KUBECONFIG").unwrap_or_default();
        let mut files: Vec<PathBuf> = Vec::new();
        for path in env::split_paths(&list).filter(|path| !path.as_os_str().is_empty()) {
            if !files.contains(&path) {
                files.push(path);
            }
        }
        if files.is_empty() {
            let home = env::home_dir().ok_or_else(|| {
                Refusal::new("home-missing", "there is no home folder").hint("name the file with --kubeconfig")
            })?;
            files.push(home.join(".kube/config"));
        }
        Ok(Self { files })
    }

    /// All of them, there or not.
    pub fn all(&self) -> &[PathBuf] {
        &self.files
    }

    /// The one that new entries go to: the only one; else the first that exists; else the last.
    pub fn target(&self) -> &Path {
        let existing = self.files.iter().find(|path| path.exists());
        existing.or_else(|| self.files.last()).map_or(Path::new(""), PathBuf::as_path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn writes_where_kubectl_would() {
        let folder = tempfile::tempdir().unwrap();
        let [a, b, c] = ["a", "b", "c"].map(|name| folder.path().join(name));
        let places = Places { files: vec![a.clone(), b.clone(), c.clone()] };
        assert_eq!(places.target(), c);
        fs::write(&b, "").unwrap();
        assert_eq!(places.target(), b);
        fs::write(&a, "").unwrap();
        assert_eq!(places.target(), a);
        assert_eq!(Places::find(Some(c.clone())).unwrap().target(), c);
    }
}

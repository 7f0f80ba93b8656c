//! Running the command.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

/// The command, on a data folder of its own.
pub(crate) struct Weir {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

impl Weir {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), environment: Vec::new() }
    }

    /// The same, with these variables in the environment of every command.
    pub(crate) fn within(environment: &[(&str, &str)]) -> Self {
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { environment, ..Self::new() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A settings file with this content.
    pub(crate) fn settings(&self, text: &str) -> PathBuf {
        let path = self.folder.path().join("weir.toml");
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_weir"));
        command
            .env_remove("WEIR_DATA")
            .env_remove("WEIR_CONFIG")
            .envs(self.environment.clone())
            .arg("--data")
            .arg(self.data())
            .arg("--quiet");
        command
    }

    pub(crate) fn run<S: AsRef<std::ffi::OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Output {
        self.command().args(arguments).output().unwrap()
    }

    /// Runs a command that must succeed and gives its standard output.
    pub(crate) fn ok<S: AsRef<std::ffi::OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> String {
        let output = self.run(arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{:?}\n{stderr}", output.status);
        String::from_utf8(output.stdout).unwrap()
    }

    /// The same, for one JSON document.
    pub(crate) fn json<S: AsRef<std::ffi::OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Value {
        let mut all: Vec<std::ffi::OsString> = vec!["--output".into(), "json".into()];
        all.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        serde_json::from_str(&self.ok(all)).unwrap()
    }

    pub(crate) fn sql(&self, query: &str) -> Value {
        self.json(["sql", query])
    }
}

/// The world that the tests look at: small, and long enough for baselines to be mature.
pub(crate) struct World {
    pub(crate) folder: PathBuf,
    pub(crate) truth: Value,
}

impl World {
    /// Made once, for all tests of this binary.
    pub(crate) fn get() -> &'static Self {
        static WORLD: OnceLock<World> = OnceLock::new();
        WORLD.get_or_init(|| {
            let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("world");
            let _ = std::fs::remove_dir_all(&folder);
            let weir = Weir::new();
            let options = ["--days", "17", "--instances", "15", "--records", "130000", "--seed", "7"];
            weir.ok(["simulate", "--out"]
                .map(Into::into)
                .into_iter()
                .chain([folder.as_os_str().to_owned()])
                .chain(options.map(Into::into)));
            let truth = serde_json::from_slice(&std::fs::read(folder.join("truth.json")).unwrap()).unwrap();
            Self { folder, truth }
        })
    }

    pub(crate) fn logs(&self) -> String {
        self.folder.join("AWSLogs").display().to_string()
    }

    pub(crate) fn inventory(&self) -> Vec<String> {
        let mut files: Vec<String> =
            std::fs::read_dir(self.folder.join("inventory")).unwrap().map(|entry| entry.unwrap().path().display().to_string()).collect();
        files.sort();
        files
    }

    /// Imports inventory and lists into a data folder.
    pub(crate) fn tell(&self, weir: &Weir) {
        weir.ok(["inventory", "import"].map(str::to_owned).into_iter().chain(self.inventory()));
        for (name, kind, file) in
            [("trusted", "trusted", "trusted.txt"), ("tor", "tor-relay", "tor-relays.txt"), ("threats", "threat", "threat-list.txt")]
        {
            let file = self.folder.join("intel").join(file).display().to_string();
            weir.ok(["intel", "import", "--no-detect", "--name", name, "--kind", kind, &file]);
        }
    }

    /// A data folder with everything of the world in it, made once; tests only read it.
    pub(crate) fn ingested(&'static self) -> &'static Weir {
        static INGESTED: OnceLock<Weir> = OnceLock::new();
        INGESTED.get_or_init(|| {
            let weir = Weir::new();
            self.tell(&weir);
            weir.ok(["ingest", &self.logs()]);
            weir
        })
    }

    /// The instance that was broken into, and the window of the intrusion.
    pub(crate) fn victim(&self) -> String {
        self.truth["intrusion"]["entity"]["instance_id"].as_str().unwrap().to_owned()
    }
}

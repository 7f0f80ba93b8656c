//! A PostgreSQL server of the tests' own, from Debian's package `postgresql`.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

/// Makes a server in a folder of its own and keeps it until its standard input ends, which it does however this process ends. Names sort as
/// people want them, not as the program does. Nothing is worth being on disk before it is said to be.
const KEEPER: &str = r#"
set -eu
bin=$1 port=$2
folder=$(mktemp -d /tmp/weir-postgres.XXXXXX)
end() { "$bin/pg_ctl" -D "$folder/data" -m immediate stop >"$folder/end" 2>&1 || true; rm -rf "$folder"; }
trap end EXIT
trap '' INT TERM HUP
read -r password
echo "$password" >"$folder/password"
"$bin/initdb" -D "$folder/data" -U weir -E UTF8 --locale-provider=icu --icu-locale=en-US --auth=scram-sha-256 \
    --pwfile="$folder/password" --no-sync >"$folder/initdb"
cat >>"$folder/data/postgresql.conf" <<END
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = '$folder'
max_connections = 400
fsync = off
synchronous_commit = off
full_page_writes = off
END
"$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w start >"$folder/start" || { cat "$folder/log" >&2; exit 1; }
echo "$folder"
read -r end || true
"#;

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    /// Ends the server when its standard input is closed.
    keeper: Child,
    bin: PathBuf,
    folder: String,
    port: u16,
    password: String,
    databases: AtomicU32,
}

impl Server {
    /// The one that tests share; `None`, said once, when PostgreSQL is not installed and nobody insists on it.
    pub(crate) fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Server>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    /// Another one, for a test that does it harm.
    pub(crate) fn start() -> Option<Self> {
        let Some(bin) = installed() else {
            let required = std::env::var_os("WEIR_REQUIRE_SERVERS").is_some_and(|value| value == "1");
            assert!(!required, "WEIR_REQUIRE_SERVERS is set, and there is no /usr/lib/postgresql/*/bin/initdb: install postgresql");
            eprintln!("skipped: PostgreSQL is not installed");
            return None;
        };
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let password = uuid::Uuid::new_v4().simple().to_string();
        let mut keeper = as_somebody(Path::new("sh"))
            .args(["-c", KEEPER, "sh"])
            .arg(&bin)
            .arg(port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        writeln!(keeper.stdin.as_mut().unwrap(), "{password}").unwrap();
        let mut folder = String::new();
        BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut folder).unwrap();
        if folder.is_empty() {
            let mut problem = String::new();
            keeper.stderr.take().unwrap().read_to_string(&mut problem).unwrap();
            panic!("PostgreSQL does not start: {problem}");
        }
        Some(Self { keeper, bin, folder: folder.trim().to_owned(), port, password, databases: AtomicU32::new(0) })
    }

    /// The URL of a database, whether it is there or not.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://weir:{}@127.0.0.1:{}/{database}", self.password, self.port)
    }

    /// The URL of a new database.
    pub(crate) async fn database(&self) -> String {
        let name = format!("state_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.run("postgres", &format!("CREATE DATABASE {name}")).await;
        self.url(&name)
    }

    /// Runs a statement in a database.
    pub(crate) async fn run(&self, database: &str, sql: &str) {
        let mut connection = PgConnection::connect(&self.url(database)).await.unwrap();
        connection.execute(AssertSqlSafe(sql)).await.unwrap();
    }

    /// Has `pg_ctl` do something: `stop`, `start`, `restart`.
    pub(crate) fn control(&self, what: &str) {
        let log = format!("{}/log", self.folder);
        let data = format!("{}/data", self.folder);
        let mut command = as_somebody(&self.bin.join("pg_ctl"));
        command.args(["-w", "-s", "-m", "fast", "-D", &data]).stdin(Stdio::null()).stdout(Stdio::null());
        if what != "stop" {
            command.args(["-l", &log]);
        }
        assert!(command.arg(what).status().unwrap().success(), "pg_ctl {what}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// Where the programs are, of the newest version.
fn installed() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let found = versions.filter_map(|version| Some(version.ok()?.path().join("bin"))).filter(|bin| bin.join("initdb").exists());
    let version = |bin: &PathBuf| bin.parent()?.file_name()?.to_str()?.parse::<u32>().ok();
    found.max_by_key(version)
}

/// A command run by somebody who is not root, as whom PostgreSQL does not run.
fn as_somebody(program: &Path) -> Command {
    // Who we are is told by the owner of our own processes.
    let root = std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    let mut command = if root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir("/").env_remove("PGOPTIONS");
    command
}
